use actix_web::web::{Data, Path};

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Nothing, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// Takes a workflow out of operation for good. Its runs and versions stay readable.
#[utoipa::path(
    delete,
    operation_id = "archive_workflow",
    path = "/v1/workflows/{id}",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "Archived", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "It is archived already", body = Document),
    ),
)]
pub async fn archive(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &id.to_string()).await?;
    let done = order::order(&api, &who, turn, *id, Order::Archive).await?;
    order::answer(&api, &who, done).await
}
