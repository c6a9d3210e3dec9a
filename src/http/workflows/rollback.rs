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

/// Where to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rollback {
    /// The number of the version whose content becomes live again.
    version_number: u32,
}

/// Makes the content of an earlier version live again, under a new number. The draft stays.
#[utoipa::path(
    post,
    operation_id = "rollback_workflow",
    path = "/v1/workflows/{id}/rollback",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Rollback,
    responses(
        (status = 200, description = "Rolled back", body = Envelope<Record>),
        (status = 404, description = "No such workflow or version", body = Document),
        (status = 409, description = "The workflow does not allow it now", body = Document),
    ),
)]
pub async fn rollback(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<Rollback>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let back = Order::Rollback { to: body.content.version_number };
    let done = order::order(&api, &who, turn, *id, back).await?;
    order::answer(&api, &who, done).await
}
