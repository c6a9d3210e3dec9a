use actix_web::web::{Data, Path};

use super::record::{ExecutionRecord, load_execution};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestExecutionId;

/// An execution of a test, with what became of its cases.
#[utoipa::path(
    get,
    operation_id = "get_test_execution",
    path = "/v1/testing/test-executions/{id}",
    tag = "testing",
    params(("id" = String, Path, description = "The execution")),
    responses(
        (status = 200, description = "The execution", body = Envelope<ExecutionRecord>),
        (status = 404, description = "No such execution", body = Document),
    ),
)]
pub async fn execution(
    api: Data<Api>,
    who: Principal,
    id: Path<TestExecutionId>,
) -> Result<Answer<ExecutionRecord>, Problem> {
    let position = api.ledger_at(None).await?;
    Ok(Answer::ok(load_execution(&api, &who, *id).await?).at(position))
}
