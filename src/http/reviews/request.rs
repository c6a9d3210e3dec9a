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

/// What is to be said to whoever reviews.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RequestReview {
    /// What whoever looks at it should know, up to 4,000 characters.
    note: Option<String>,
}

/// Asks for a review of the draft as it is. Whoever asks, and whoever edited it last, cannot approve it.
#[utoipa::path(
    post,
    operation_id = "request_workflow_review",
    path = "/v1/workflows/{id}/review",
    tag = "reviews",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<RequestReview>,
    responses(
        (status = 200, description = "Done", body = Envelope<DraftReview>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "There is no draft, or it is under review", body = Document),
        (status = 422, description = "A text is empty or too long", body = Document),
    ),
)]
pub async fn request(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<RequestReview>,
) -> Result<Answer<DraftReview>, Problem> {
    let Body { content, fingerprint } = body;
    let order = Order::RequestReview { note: content.note };
    record::carry_out(&api, &who, (key, &fingerprint), *id, order).await
}
