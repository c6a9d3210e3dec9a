use std::collections::BTreeMap;
use std::str::FromStr as _;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use engine::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{Record, load, secret_name};
use crate::access::Principal;
use crate::aggregates::event_subscriptions::{Command, Order, Retry, Wish};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::hooks::signing_secret::NewSecret;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::EventSubscriptionId;
use crate::secrets::Mask;

/// How long the value of a header may be, in bytes.
const MAX_VALUE: usize = 4_096;
/// Headers that say what is sent, or that the transport sets.
const OURS: [&str; 14] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// Which events somebody wants, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SubscribeToEvents {
    /// Which: a name, or a pattern in which a `*` stands for one or more words.
    #[schema(example = "order.*")]
    pattern: String,
    /// And of these, which: a condition as in `filter`, over the event.
    #[schema(value_type = Option<Object>)]
    condition: Option<Json>,
    /// Where they are posted. What is secret goes into `headers`: the URL is shown.
    #[schema(example = "https://example.com/events")]
    url: String,
    /// Headers that go along, at most 20. Their values are sealed, and never shown.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// What is done when the endpoint does not take one; five attempts when absent.
    #[serde(default)]
    retry: Retry,
}

/// A subscription that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscribed)]
pub struct Subscribed {
    /// The subscription.
    subscription: Record,
    /// The secret by which the receiver knows that events come from here. It is shown this once;
    /// null when the answer is given again.
    secret: Option<String>,
}

/// Sends events to an endpoint of the outside, signed as Standard Webhooks has it.
#[utoipa::path(
    post,
    operation_id = "subscribe_to_events",
    path = "/v1/event-subscriptions",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = SubscribeToEvents,
    responses(
        (status = 201, description = "Subscribed", body = Envelope<Subscribed>),
        (status = 409, description = "There are too many", body = Document),
        (status = 422, description = "It could never be sent", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<SubscribeToEvents>,
) -> Result<Answer<Subscribed>, Problem> {
    let _mask = Mask::of(body.content.headers.values().map(String::as_bytes));
    let (done, secret) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => subscribe(&api, &who, &ticket, body.content).await?,
    };
    let id = subscribed(&api, &done).await?;
    let subscription = load(&api, &who, id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let subscribed = Subscribed { subscription: Record::of((id, subscription)), secret };
    let location = format!("/v1/event-subscriptions/{id}");
    Ok(Answer::created(subscribed, location).written(written).replayed(done.replayed))
}

/// The subscription, and its secret where it is a new one.
async fn subscribe(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: SubscribeToEvents,
) -> Result<(Done, Option<String>), Problem> {
    let SubscribeToEvents { pattern, condition, url, headers, retry } = asked;
    for (name, value) in &headers {
        let mut place = "/headers".to_owned();
        crate::primitives::pointer::push(&mut place, name);
        let small = name.to_ascii_lowercase();
        if HeaderName::from_str(name).is_err() || OURS.contains(&small.as_str()) {
            let message = "is no header that can go along";
            return Err(Problem::new(Code::InvalidBody).at(place, message));
        }
        if value.len() > MAX_VALUE || HeaderValue::from_str(value).is_err() {
            let message = format_args!("must be a text for a header, of at most {MAX_VALUE} bytes");
            return Err(Problem::new(Code::InvalidBody).at(place, message));
        }
    }
    let (id, organization) = (EventSubscriptionId::generate(), who.organization);
    let names = headers.keys().cloned().collect();
    let secret = NewSecret::seal(api, who, secret_name(id), headers).await?;
    let wish = Box::new(Wish { pattern, condition, url, headers: names, retry });
    let order = Order::Subscribe { organization, wish };
    let command = Command { by: who.to_string(), at: api.clock.now(), id, order };
    let stream = StreamId::event_subscriptions(organization);
    let done = ticket.execute(api, who, &api.event_subscriptions, stream, command).await;
    secret.shown(api, done).await
}

/// The subscription that was made there.
async fn subscribed(api: &Api, done: &Done) -> Result<EventSubscriptionId, Problem> {
    let found = api.journal.read_stream(&done.stream, done.sequence - 1, 1).await?;
    let event = found.first().map(Recorded::event_subscription).transpose()?;
    let id = event.map(|event| event.subscription());
    id.ok_or_else(|| Problem::new(Code::EventSubscriptionNotFound))
}
