use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, DraftReview};
use crate::access::Principal;
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// What was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ApproveDraft {
    /// The `draftHash` that was looked at: another draft now is a conflict.
    draft_hash: String,
}

/// Approves the draft. It may be published as long as nobody edits it.
#[utoipa::path(
    post,
    operation_id = "approve_workflow_draft",
    path = "/v1/workflows/{id}/review/approve",
    tag = "reviews",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = ApproveDraft,
    responses(
        (status = 200, description = "Done", body = Envelope<DraftReview>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "No review was asked for, it is another draft by now, or one's own", body = Document),
        (status = 422, description = "A text is empty or too long", body = Document),
    ),
)]
pub async fn approve(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<ApproveDraft>,
) -> Result<Answer<DraftReview>, Problem> {
    let Body { content, fingerprint } = body;
    let order = Order::Approve { draft_hash: content.draft_hash };
    record::carry_out(&api, &who, (key, &fingerprint), *id, order).await
}
