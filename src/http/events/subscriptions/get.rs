use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::journal::{Backlog, Outbox};
use crate::primitives::EventSubscriptionId;

/// A subscription, and how its endpoint stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscriptionStanding)]
pub struct Standing {
    /// The subscription.
    subscription: Record,
    /// How many events wait to be sent.
    waiting: i64,
    /// How many are dead letters of it: `GET /v1/dead-letters?reaction=` with its id lists them.
    dead: i64,
}

/// A subscription, and how its endpoint stands.
#[utoipa::path(
    get,
    operation_id = "get_event_subscription",
    path = "/v1/event-subscriptions/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The subscription")),
    responses(
        (status = 200, description = "The subscription", body = Envelope<Standing>),
        (status = 404, description = "No such subscription", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<EventSubscriptionId>,
) -> Result<Answer<Standing>, Problem> {
    let subscription = load(&api, &who, *id).await?;
    let outbox = Outbox::new(api.journal.pool().clone());
    let Backlog { waiting, dead } = outbox.backlog(&id.to_string()).await?;
    let subscription = Record::of((*id, subscription));
    Ok(Answer::ok(Standing { subscription, waiting, dead }))
}
