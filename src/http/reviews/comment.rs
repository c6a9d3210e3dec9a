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

/// What is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CommentOnDraft {
    /// Up to 4,000 characters.
    text: String,
}

/// Says something to a draft that is under review; at most 200 comments.
#[utoipa::path(
    post,
    operation_id = "comment_on_workflow_draft",
    path = "/v1/workflows/{id}/review/comments",
    tag = "reviews",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = CommentOnDraft,
    responses(
        (status = 200, description = "Done", body = Envelope<DraftReview>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "No review was asked for, or it has too many comments", body = Document),
        (status = 422, description = "A text is empty or too long", body = Document),
    ),
)]
pub async fn comment(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<CommentOnDraft>,
) -> Result<Answer<DraftReview>, Problem> {
    let Body { content, fingerprint } = body;
    let order = Order::Comment { text: content.text };
    record::carry_out(&api, &who, (key, &fingerprint), *id, order).await
}
