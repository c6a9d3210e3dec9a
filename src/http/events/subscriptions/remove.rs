use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::secret_names;
use crate::access::Principal;
use crate::aggregates::event_subscriptions::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventSubscriptionId;

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscriptionRemoved)]
pub struct Removed {
    /// The subscription.
    #[schema(value_type = String)]
    id: EventSubscriptionId,
}

/// Sends nothing more to an endpoint, for good. Its secrets are forgotten, and what waits becomes dead
/// letters.
#[utoipa::path(
    delete,
    operation_id = "unsubscribe_from_events",
    path = "/v1/event-subscriptions/{id}",
    tag = "events",
    params(
        ("id" = String, Path, description = "The subscription"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is gone", body = Envelope<Removed>),
        (status = 404, description = "No such subscription", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<EventSubscriptionId>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let fingerprint = format!("unsubscribe {}", *id);
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let (by, at) = (who.to_string(), api.clock.now());
            let command = Command { by, at, id: *id, order: Order::Remove };
            let stream = StreamId::event_subscriptions(who.organization);
            ticket.execute(&api, &who, &api.event_subscriptions, stream, command).await?
        }
    };
    // Also when this is a replay: the first time may have been cut off here.
    for name in secret_names(&api, &who, *id).await? {
        api.vault.forget(who.organization, &name).await?;
    }
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Removed { id: *id }).written(written).replayed(done.replayed))
}
