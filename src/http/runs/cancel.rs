use actix_web::web::{Data, Path};
use engine::Compensate;
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

/// How long a reason may be, in characters: what a person reads at a glance.
const MAX_REASON: usize = 1_000;

/// Why the run is to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cancel {
    /// In words for those who read the run's history; at most 1,000 characters.
    reason: Option<String>,
    /// Whether nodes that have a compensation are undone, the last one first.
    #[serde(default)]
    should_compensate: bool,
}

/// Ends a run before its time: nothing new starts, what is in flight is allowed to settle.
#[utoipa::path(
    post,
    operation_id = "cancel_run",
    path = "/v1/runs/{id}/cancel",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Cancel>,
    responses(
        (status = 202, description = "Being cancelled", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "The run has ended", body = Document),
    ),
)]
pub async fn cancel(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Cancel>,
) -> Result<Answer<Started>, Problem> {
    let Body { content: Cancel { reason, should_compensate }, fingerprint } = body;
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        return Err(Problem::new(Code::InvalidBody)
            .at("/reason", format_args!("must have at most {MAX_REASON} characters")));
    }
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let compensate = if should_compensate { Compensate::Yes } else { Compensate::No };
    let order = async |context| api.desk.cancel(*id, reason, compensate, context).await;
    order::answer(&api, &who, turn, *id, order).await
}
