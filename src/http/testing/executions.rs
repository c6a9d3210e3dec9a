use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::test_execution::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{TestId, WorkflowId};
use crate::projections::trials;

/// Which executions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct WantedExecutions {
    /// Those of this test.
    #[param(value_type = Option<String>)]
    test_definition_id: Option<TestId>,
    /// Those of this workflow.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those that ended so: `passed` or `failed`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// An execution in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestExecutionSummary {
    /// Its id.
    id: String,
    /// The test.
    test_id: String,
    /// The version of the test whose cases were played.
    test_version: i64,
    /// The workflow that was tested.
    workflow_id: Option<String>,
    /// The version of it.
    workflow_version: Option<i32>,
    /// `passed` or `failed`.
    status: String,
    /// How many cases passed.
    passed: i32,
    /// How many did not.
    failed: i32,
    /// Who wanted it.
    triggered_by: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339::option")]
    completed_at: Option<OffsetDateTime>,
}

/// The executions of tests, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_test_executions",
    path = "/v1/testing/test-executions",
    tag = "testing",
    params(WantedExecutions),
    responses(
        (status = 200, description = "The executions", body = Envelope<Page<TestExecutionSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn executions(
    api: Data<Api>,
    who: Principal,
    query: Params<WantedExecutions>,
) -> Result<Answer<Page<TestExecutionSummary>>, Problem> {
    let Params(wanted) = query;
    let paging = Paging::of(wanted.limit, wanted.offset, wanted.cursor)?;
    api.view_at(trials::Projector::NAME, wanted.min_position).await?;
    let filter = trials::ExecutionFilter {
        test: wanted.test_definition_id,
        workflow: wanted.workflow_id,
        status: wanted.status.map(|status| match status {
            Status::Passed => "passed",
            Status::Failed => "failed",
        }),
    };
    let found = api.trials().executions(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |execution| Ok(execution.into()))
}

impl From<trials::Execution> for TestExecutionSummary {
    fn from(execution: trials::Execution) -> Self {
        Self {
            id: execution.execution_id,
            test_id: execution.test_id,
            test_version: execution.test_version,
            workflow_id: execution.workflow_id,
            workflow_version: execution.workflow_version,
            status: execution.status,
            passed: execution.passed,
            failed: execution.failed,
            triggered_by: execution.triggered_by,
            started_at: execution.started_at,
            completed_at: execution.completed_at,
        }
    }
}
