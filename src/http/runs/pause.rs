use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::http::workflows::Started;
use crate::primitives::RunId;

/// How long a reason may be, in characters.
const MAX_REASON: usize = 1_000;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Pause {
    /// In words for those who read the run's history; at most 1,000 characters.
    reason: Option<String>,
}

/// Lets nothing new start in a run: what is in flight settles, and timers wait until it goes on.
#[utoipa::path(
    post,
    operation_id = "pause_run",
    path = "/v1/runs/{id}/pause",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Pause>,
    responses(
        (status = 202, description = "Paused", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "The run is over, or paused already", body = Document),
    ),
)]
pub async fn pause(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Pause>,
) -> Result<Answer<Started>, Problem> {
    let Body { content: Pause { reason }, fingerprint } = body;
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        return Err(Problem::new(Code::InvalidBody)
            .at("/reason", format_args!("must have at most {MAX_REASON} characters")));
    }
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let order = async |context| api.desk.pause(*id, reason, context).await;
    order::answer(&api, &who, turn, *id, order).await
}
