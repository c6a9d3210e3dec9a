use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::{Order, PauseReason};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// What was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResumeWorkflow {
    /// The `pauseReason` of a workflow that paused by itself: whoever resumes it says that what the
    /// `review` of the workflow lists was looked at.
    acknowledge: Option<PauseReason>,
}

/// Lets the triggers of a paused workflow start runs again. One that paused by itself wants its
/// reason acknowledged; one whose runs were used up wants to be refilled before.
#[utoipa::path(
    post,
    operation_id = "resume_workflow",
    path = "/v1/workflows/{id}/resume",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<ResumeWorkflow>,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "The workflow does not allow it now", body = Document),
    ),
)]
pub async fn resume(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<ResumeWorkflow>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let done =
        order::order(&api, &who, turn, *id, Order::Resume { reviewed: body.content.acknowledge })
            .await?;
    order::answer(&api, &who, done).await
}
