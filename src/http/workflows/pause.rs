use actix_web::web::{Data, Path};

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::{Order, PauseReason};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// Stops the automatic triggers of a workflow. A person can still run it.
#[utoipa::path(
    post,
    operation_id = "pause_workflow",
    path = "/v1/workflows/{id}/pause",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "The workflow does not allow it now", body = Document),
    ),
)]
pub async fn pause(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let done = order::order(&api, &who, turn, *id, Order::Pause { reason: PauseReason::Requested })
        .await?;
    order::answer(&api, &who, done).await
}
