use serde::Serialize;
use utoipa::ToSchema;

use super::order;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Detail, Document, Problem};
use crate::interfaces::Component;

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UiComponentValidation)]
pub struct Validation {
    /// Whether the interface can be used.
    valid: bool,
    /// Every fault, with its JSON pointer and what helps.
    problems: Vec<Detail>,
}

/// Checks an interface without saving it, and lists all its faults.
#[utoipa::path(
    post,
    operation_id = "validate_ui_component",
    path = "/v1/ui-components/validate",
    tag = "interfaces",
    request_body = Component,
    responses(
        (status = 200, description = "What was found", body = Envelope<Validation>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn validate(
    _: Principal,
    _: IdempotencyKey,
    body: Body<Component>,
) -> Result<Answer<Validation>, Problem> {
    let problems = order::faults(&body.content);
    Ok(Answer::ok(Validation { valid: problems.is_empty(), problems }))
}
