use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// Runs to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Refill {
    /// How many, at least 1.
    runs: u32,
}

/// Adds runs to what a workflow with `maxRuns` may start. One that paused because its runs were used
/// up stays paused until somebody resumes it.
#[utoipa::path(
    post,
    operation_id = "refill_workflow",
    path = "/v1/workflows/{id}/refill",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Adds them once"),
    ),
    request_body = Refill,
    responses(
        (status = 200, description = "Added", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "It has no `maxRuns`, or is archived", body = Document),
        (status = 422, description = "The number is out of bounds", body = Document),
    ),
)]
pub async fn refill(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<Refill>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let refill = Order::Refill { runs: body.content.runs };
    let done = order::order(&api, &who, turn, *id, refill).await?;
    order::answer(&api, &who, done).await
}
