use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::event_subscriptions::{Command, Order, Status};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventSubscriptionId;

/// Whether events are sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetEventSubscriptionStatus {
    /// Whether they are.
    status: Status,
}

/// Sends events to an endpoint, or none. What happens meanwhile is never sent, and what waits
/// becomes dead letters.
#[utoipa::path(
    post,
    operation_id = "set_event_subscription_status",
    path = "/v1/event-subscriptions/{id}/status",
    tag = "events",
    params(
        ("id" = String, Path, description = "The subscription"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SetEventSubscriptionStatus,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such subscription", body = Document),
    ),
)]
pub async fn status(
    api: Data<Api>,
    who: Principal,
    id: Path<EventSubscriptionId>,
    key: IdempotencyKey,
    body: Body<SetEventSubscriptionStatus>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::SetStatus(body.content.status);
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
