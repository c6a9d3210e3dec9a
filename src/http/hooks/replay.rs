use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::order::give;
use super::record::{event_at, load};
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Event, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Instant};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::ExecutionHookId;

/// What is sent again: between two positions, or between two moments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplayExecutionHook {
    /// The first position.
    from: Option<i64>,
    /// The last position; the end of the ledger when absent.
    to: Option<i64>,
    /// Instead of positions: what was recorded at that moment or later.
    #[schema(value_type = Option<String>, format = "date-time")]
    since: Option<Instant>,
    /// And before that moment; until now when absent.
    #[schema(value_type = Option<String>, format = "date-time")]
    until: Option<Instant>,
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookReplayed)]
pub struct Replayed {
    /// The endpoint.
    #[schema(value_type = String)]
    endpoint_id: ExecutionHookId,
    /// The first position.
    from: i64,
    /// The last position.
    to: i64,
}

/// Tells an endpoint again what happened in a stretch of the ledger, of at most a million positions: by what
/// it is subscribed to now, whether it was told then or not, and under the same ids. It is put down as fast as
/// the endpoint takes it.
#[utoipa::path(
    post,
    operation_id = "replay_execution_webhook",
    path = "/v1/execution-webhooks/{id}/replay",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = ReplayExecutionHook,
    responses(
        (status = 202, description = "It is sent again", body = Envelope<Replayed>),
        (status = 404, description = "No such endpoint", body = Document),
        (status = 409, description = "It is disabled", body = Document),
        (status = 422, description = "The stretch is none", body = Document),
    ),
)]
pub async fn replay(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<ReplayExecutionHook>,
) -> Result<Answer<Replayed>, Problem> {
    load(&api, &who, *id).await?;
    let (from, to) = span(&api, body.content).await?;
    let order = Order::Replay { from, to };
    let done = give(&api, &who, (key, &body.fingerprint), (*id, order)).await?;
    let Event::ReplayOrdered { endpoint_id, from, to, .. } =
        event_at(&api, &done.stream, done.sequence).await?
    else {
        return Err(Problem::new(Code::ExecutionHookNotFound));
    };
    let written = api.written(&done.stream, done.sequence).await;
    let replayed = Replayed { endpoint_id, from, to };
    Ok(Answer::accepted(replayed).written(written).replayed(done.replayed))
}

/// The first and the last position that are meant.
async fn span(api: &Api, asked: ReplayExecutionHook) -> Result<(i64, i64), Problem> {
    let wrong = |place: &str, message: &str| Problem::new(Code::InvalidBody).at(place, message);
    let head = api.journal.head().await?;
    match asked {
        ReplayExecutionHook { from: Some(from), to, since: None, until: None } => {
            Ok((from, to.unwrap_or(head).min(head)))
        }
        ReplayExecutionHook { from: None, to: None, since: Some(since), until } => {
            let from = first_since(api, since.get(), head).await?;
            let to = match until {
                None => head,
                Some(until) => first_since(api, until.get(), head).await? - 1,
            };
            if to < from {
                return Err(wrong("/since", "nothing was recorded between these moments"));
            }
            Ok((from, to))
        }
        ReplayExecutionHook { .. } => {
            let message = "give `from` and perhaps `to`, or `since` and perhaps `until`";
            Err(wrong("/from", message))
        }
    }
}

/// The first position that was recorded at a moment or later; one behind the end where there is none.
async fn first_since(api: &Api, at: OffsetDateTime, head: i64) -> Result<i64, Problem> {
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let page = api.journal.read_after(middle - 1, 1).await?;
        if page.first().is_some_and(|event| event.recorded_at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
