use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;
use crate::projections::trials;

/// Which tests are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this workflow.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those whose id or name contains this.
    search: Option<String>,
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

/// A test in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestSummary {
    /// Its id.
    id: String,
    /// How often it changed.
    version: i64,
    /// Its name.
    name: String,
    /// What it proves.
    description: Option<String>,
    /// `workflow` or `task`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is about.
    target_id: Option<String>,
    /// How many cases it has.
    case_count: i32,
    /// Who made it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Who changed it last.
    updated_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

/// The tests of the organization, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_tests",
    path = "/v1/testing/test-definitions",
    tag = "testing",
    params(Wanted),
    responses(
        (status = 200, description = "The tests", body = Envelope<Page<TestSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<TestSummary>>, Problem> {
    let Params(Wanted { workflow_id, search, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(trials::Projector::NAME, min_position).await?;
    let text = search.filter(|text| !text.is_empty());
    let filter = trials::TestFilter { workflow: workflow_id, text };
    let found = api.trials().tests(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |test| Ok(test.into()))
}

impl From<trials::Test> for TestSummary {
    fn from(test: trials::Test) -> Self {
        Self {
            id: test.test_id,
            version: test.record_version,
            name: test.name,
            description: test.description,
            kind: test.kind,
            target_id: test.target_id,
            case_count: test.case_count,
            created_by: test.created_by,
            created_at: test.created_at,
            updated_by: test.updated_by,
            updated_at: test.updated_at,
        }
    }
}
