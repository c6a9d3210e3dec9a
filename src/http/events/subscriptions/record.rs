//! A subscription as it is answered.

use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::{Delivery, Principal};
use crate::aggregates::event_subscriptions::{Event, Retry, Status, Subscription, Wish};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::EventSubscriptionId;
use crate::secrets::SecretName;

/// Events of one reading.
const PAGE: i64 = 1_000;

/// An endpoint to which events are sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscription)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "evsub_01h455vb4pex5vsknk084sn02q")]
    id: EventSubscriptionId,
    /// Which events: a name, or a pattern.
    pattern: String,
    /// And of these, which.
    #[schema(value_type = Option<Object>)]
    condition: Option<Json>,
    /// Where to.
    url: String,
    /// The names of the headers that go along. Their values are secret.
    headers: Vec<String>,
    /// What is done when the endpoint does not take one.
    retry: Retry,
    /// Whether events are sent.
    status: Status,
    /// Until when a secret of before signs, too, after a rotation.
    #[serde(with = "time::serde::rfc3339::option")]
    former_secret_until: Option<OffsetDateTime>,
    /// Who made it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl Record {
    /// The subscription with this id.
    pub(super) fn of((id, subscription): (EventSubscriptionId, Subscription)) -> Self {
        let Subscription { wish, status, secrets, by, at } = subscription;
        let former_secret_until = secrets.iter().filter_map(|it| it.until).max();
        let Wish { pattern, condition, url, headers, retry } = wish;
        Self { id, pattern, condition, url, headers, retry, status, former_secret_until, by, at }
    }

    /// Its place in lists.
    pub(super) fn place(&self) -> String {
        self.id.to_string()
    }
}

/// A subscription of the caller's organization.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: EventSubscriptionId,
) -> Result<Subscription, Problem> {
    let all = api.event_subscriptions.load(&who.organization.to_string()).await?.aggregate;
    let found = all.all.get(&id).cloned();
    found.ok_or_else(|| Problem::new(Code::EventSubscriptionNotFound))
}

/// Under what its first secret is sealed, with its headers.
pub(super) fn secret_name(id: EventSubscriptionId) -> SecretName {
    SecretName::new(id, Delivery::FIELD)
}

/// Under what each of its secrets was ever sealed.
pub(super) async fn secret_names(
    api: &Api,
    who: &Principal,
    id: EventSubscriptionId,
) -> Result<Vec<SecretName>, Problem> {
    let stream = StreamId::event_subscriptions(who.organization);
    let (mut names, mut after) = (vec![secret_name(id)], 0);
    loop {
        let page = api.journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(names) };
        after = last.sequence;
        for recorded in &page {
            if let Event::SecretRotated { subscription_id, field, .. } =
                recorded.event_subscription()?
                && subscription_id == id
            {
                names.push(SecretName::new(id, field));
            }
        }
    }
}
