use actix_web::web::{Data, Path};

use super::record;
use super::validate::{Validation, found};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::WorkflowId;

/// Checks the workflow's draft (or, without one, its live version) and lists all its problems.
#[utoipa::path(
    post,
    operation_id = "validate_draft",
    path = "/v1/workflows/{id}/validate",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "What was found; `valid` says whether it is good",
         body = Envelope<Validation>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn validate_draft(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    _: IdempotencyKey,
    _: Body<Nothing>,
) -> Result<Answer<Validation>, Problem> {
    let position = api.ledger_at(None).await?;
    let loaded = record::load(&api, &who, *id, None).await?;
    let definition = loaded.definition().ok_or_else(|| Problem::new(Code::WorkflowRefuses))?;
    let found = found(&api, &who, definition).await?;
    Ok(Answer::ok(Validation::of(&found)).at(position))
}
