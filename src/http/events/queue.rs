use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::pressure::MAX_DEPTH;
use crate::access::Principal;
use crate::actors::events::EventReaction;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::journal::{EventFigures, Figures, Reactions};

/// How the delivery of an organization's events stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventQueue)]
pub struct Queue {
    /// What it does.
    state: State,
    /// How many events are not delivered yet; counted up to one more than `maxDepth`.
    depth: i64,
    /// How many may wait.
    max_depth: u32,
    /// From how many on `POST /v1/events` is answered with 429; 0 sets no limit.
    high_watermark: i64,
    /// How many were delivered since figures are kept.
    processed: i64,
    /// How many tries came to nothing; each is taken up again.
    errors: i64,
    /// How long a delivery took on average, from the ledger to the last who waited.
    average_ms: i64,
}

/// What the delivery does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventQueueState)]
pub(super) enum State {
    /// Events are taken and delivered.
    Active,
    /// No process delivers: start one with the role `worker`.
    Paused,
    /// Too many wait: none is taken until some are delivered.
    Draining,
}

/// How the delivery of the organization's events stands.
#[utoipa::path(
    get,
    operation_id = "get_event_queue",
    path = "/v1/events/queue",
    tag = "events",
    responses((status = 200, description = "The figures", body = Envelope<Queue>)),
)]
pub async fn queue(api: Data<Api>, who: Principal) -> Result<Answer<Queue>, Problem> {
    let depth = api.events_waiting(who.organization).await?;
    let pool = api.journal.pool().clone();
    let Figures { processed, errors, total_ms } =
        EventFigures::new(pool.clone()).of(who.organization).await?;
    let followed = Reactions::new(pool).is_followed(EventReaction::CHECKPOINT).await?;
    let high_watermark = api.pressure.mark();
    let state = if !followed {
        State::Paused
    } else if high_watermark > 0 && depth >= high_watermark {
        State::Draining
    } else {
        State::Active
    };
    let average_ms = total_ms.checked_div(processed).unwrap_or_default();
    let max_depth = MAX_DEPTH;
    Ok(Answer::ok(Queue { state, depth, max_depth, high_watermark, processed, errors, average_ms }))
}
