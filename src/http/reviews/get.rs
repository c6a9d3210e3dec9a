use actix_web::web::{Data, Path};

use super::record::{self, DraftReview};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::http::workflows::load;
use crate::primitives::WorkflowId;

/// How the draft of a workflow stands: whether somebody was asked to look at it, and what they say.
#[utoipa::path(
    get,
    operation_id = "get_workflow_review",
    path = "/v1/workflows/{id}/review",
    tag = "reviews",
    params(("id" = String, Path, description = "The workflow"), Freshness),
    responses(
        (status = 200, description = "The review", body = Envelope<DraftReview>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Freshness>,
) -> Result<Answer<DraftReview>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let state = load(&api, &who, *id, None).await?.state;
    Ok(Answer::ok(DraftReview::of(record::required(&api, &who).await?, state)).at(position))
}
