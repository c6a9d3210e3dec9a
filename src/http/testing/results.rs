use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::load_execution;
use crate::access::Principal;
use crate::aggregates::test::CaseResult;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestExecutionId;

/// What became of the cases of an execution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// The execution.
    #[schema(value_type = String)]
    execution_id: TestExecutionId,
    /// The cases, in order.
    #[schema(value_type = Vec<Object>)]
    results: Vec<CaseResult>,
}

/// What became of the cases of an execution, and nothing else of it.
#[utoipa::path(
    get,
    operation_id = "get_test_results",
    path = "/v1/testing/test-results/{id}",
    tag = "testing",
    params(("id" = String, Path, description = "The execution")),
    responses(
        (status = 200, description = "The results", body = Envelope<Results>),
        (status = 404, description = "No such execution", body = Document),
    ),
)]
pub async fn results(
    api: Data<Api>,
    who: Principal,
    id: Path<TestExecutionId>,
) -> Result<Answer<Results>, Problem> {
    let position = api.ledger_at(None).await?;
    let execution = load_execution(&api, &who, *id).await?;
    let (execution_id, results) = (execution.id, execution.results);
    Ok(Answer::ok(Results { execution_id, results }).at(position))
}
