use actix_web::web::{Data, Path};
use engine::Diff;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::edition::Edition;
use super::record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// What is compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Compared {
    /// What was: `live` when absent, `draft`, or the number of a version.
    #[param(value_type = Option<String>)]
    from: Option<Edition>,
    /// What is: `draft` when absent, `live`, or the number of a version.
    #[param(value_type = Option<String>)]
    to: Option<Edition>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What changed between two contents of a workflow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// What was.
    from: String,
    /// What is.
    to: String,
    /// Whether nothing changed.
    same: bool,
    /// Nodes `added`, `removed`, `renamed`, and `changed` with `values: [{path, before, after}]`,
    /// edges `added` and `removed` as `{change, from, to, branch}`, and `settings`: values outside
    /// the nodes.
    #[schema(value_type = Object)]
    diff: Diff,
}

/// What changed between two versions of a workflow, or between a version and the draft.
#[utoipa::path(
    get,
    operation_id = "diff_workflow",
    path = "/v1/workflows/{id}/diff",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Compared),
    responses(
        (status = 200, description = "What changed", body = Envelope<Changes>),
        (status = 404, description = "No such workflow or version", body = Document),
        (status = 409, description = "There is no draft, or nothing is live", body = Document),
        (status = 422, description = "The draft cannot be read as a definition", body = Document),
    ),
)]
pub async fn diff(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Compared>,
) -> Result<Answer<Changes>, Problem> {
    let Params(Compared { from, to, min_position }) = query;
    let (from, to) = (from.unwrap_or(Edition::Live), to.unwrap_or(Edition::Draft));
    let position = api.ledger_at(min_position).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let diff = Diff::of(&from.definition(&state)?, &to.definition(&state)?);
    let same = diff.is_empty();
    Ok(Answer::ok(Changes { from: from.to_string(), to: to.to_string(), same, diff }).at(position))
}
