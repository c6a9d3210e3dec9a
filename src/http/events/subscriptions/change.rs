use actix_web::web::{Data, Path};
use engine::Json;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::event_subscriptions::{Change, Command, Order, Retry, Status};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventSubscriptionId;

/// What of a subscription is to be another. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeEventSubscription {
    /// Which events: a name, or a pattern.
    #[schema(example = "order.*")]
    pattern: Option<String>,
    /// And of these, which; null for all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    condition: Option<Json>,
    /// Where they are posted. With headers it stays within its scheme, host and port.
    url: Option<String>,
    /// What is done when the endpoint does not take one.
    retry: Option<Retry>,
    /// Whether they are sent.
    status: Option<Status>,
}

/// A null that was sent is told from what is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// Changes a subscription in place, from the next event on. What waits is sent to the new URL.
#[utoipa::path(
    patch,
    operation_id = "change_event_subscription",
    path = "/v1/event-subscriptions/{id}",
    tag = "events",
    params(
        ("id" = String, Path, description = "The subscription"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = ChangeEventSubscription,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such subscription", body = Document),
        (status = 422, description = "It could never be sent", body = Document),
    ),
)]
pub async fn change(
    api: Data<Api>,
    who: Principal,
    id: Path<EventSubscriptionId>,
    key: IdempotencyKey,
    body: Body<ChangeEventSubscription>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let ChangeEventSubscription { pattern, condition, url, retry, status } = body.content;
            let change = Change { pattern, condition, url, retry, status };
            let order = Order::Change(Box::new(change));
            let command = Command { by: who.to_string(), at: api.clock.now(), id: *id, order };
            let stream = StreamId::event_subscriptions(who.organization);
            ticket.execute(&api, &who, &api.event_subscriptions, stream, command).await?
        }
    };
    let subscription = load(&api, &who, *id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::of((*id, subscription));
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
