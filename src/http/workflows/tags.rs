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

/// The tags that a workflow is to have, instead of those before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetTags {
    /// The `version` of the workflow that the author saw: another one now is a conflict.
    expected_version: Option<u64>,
    /// At most 20, each of 1 to 50 lower-case letters, digits, `-`, `_`, `.`, `:` or `/`.
    tags: Vec<String>,
}

/// Sets what a workflow is found by.
#[utoipa::path(
    put,
    operation_id = "set_workflow_tags",
    path = "/v1/workflows/{id}/tags",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SetTags,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Somebody else changed it, or it is archived", body = Document),
        (status = 422, description = "A tag is none", body = Document),
    ),
)]
pub async fn tags(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<SetTags>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let SetTags { expected_version, tags } = body.content;
    let done = order::order(&api, &who, turn, *id, Order::Tag { expected_version, tags }).await?;
    order::answer(&api, &who, done).await
}
