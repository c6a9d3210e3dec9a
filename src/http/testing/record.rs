//! A test, and an execution, as the API shows them, folded from their events.

use engine::Json;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::test::{Content, Test};
use crate::aggregates::test_execution::{Status, TestExecution};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::Store;
use crate::primitives::{TestExecutionId, TestId};

/// A test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Test)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "test_01h455vb4pex5vsknk084sn02q")]
    id: TestId,
    /// The organization that owns it.
    organization_id: String,
    /// How often it changed; send it back as `expectedVersion`.
    version: u64,
    /// Its name.
    name: String,
    /// How many cases it has.
    case_count: usize,
    /// All of it, as its author wrote it.
    #[schema(value_type = Object)]
    definition: Json,
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

/// An execution of a test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestExecution)]
pub struct ExecutionRecord {
    /// Its id.
    #[schema(value_type = String, example = "texec_01h455vb4pex5vsknk084sn02q")]
    pub(super) id: TestExecutionId,
    /// The test.
    #[schema(value_type = String)]
    test_id: TestId,
    /// The version of the test whose cases were played.
    test_version: u64,
    /// The workflow that was tested; absent for a test of one node.
    workflow_id: Option<String>,
    /// The version of it; for a draft the number that it would get.
    workflow_version: Option<u32>,
    /// `passed` or `failed`.
    status: Status,
    /// How many cases passed.
    passed: u32,
    /// How many did not.
    failed: u32,
    /// Who wanted it.
    triggered_by: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339")]
    completed_at: OffsetDateTime,
    /// What became of the cases, in order: `caseId`, `status`, `durationMs` of virtual time,
    /// `output`, `error`, and `assertions` with `expected`, `actual` and `differences`.
    #[schema(value_type = Vec<Object>)]
    pub(super) results: Vec<crate::aggregates::test::CaseResult>,
}

/// A test that is there and belongs to whoever asks.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: TestId,
) -> Result<(Content, u64), Problem> {
    let loaded = Store::tests(api.journal.clone()).load(&id.to_string()).await?;
    let Test { content, version } = loaded.aggregate;
    content
        .filter(|content| content.organization == who.organization)
        .map(|content| (content, version))
        .ok_or_else(|| Problem::new(Code::TestNotFound))
}

/// An execution that belongs to whoever asks.
pub(super) async fn load_execution(
    api: &Api,
    who: &Principal,
    id: TestExecutionId,
) -> Result<ExecutionRecord, Problem> {
    let loaded = Store::test_executions(api.journal.clone()).load(&id.to_string()).await?;
    let TestExecution { head, results, end } = loaded.aggregate;
    let (head, end) = head
        .filter(|head| head.organization == who.organization)
        .zip(end)
        .ok_or_else(|| Problem::new(Code::TestNotFound))?;
    let (workflow_id, workflow_version) = head.workflow.map(|it| (it.id, it.version)).unzip();
    Ok(ExecutionRecord {
        id,
        test_id: head.test,
        test_version: head.test_version,
        workflow_id,
        workflow_version,
        status: end.status,
        passed: end.passed,
        failed: end.failed,
        triggered_by: head.by,
        started_at: head.at,
        completed_at: end.at,
        results,
    })
}

impl Record {
    /// As the API shows it.
    pub(super) fn of(content: Content, version: u64) -> Self {
        let name = content.definition["name"].as_str().unwrap_or_default().to_owned();
        let cases = content.definition["cases"].as_array().map(Vec::<Value>::len);
        Self {
            id: content.id,
            organization_id: content.organization.to_string(),
            version,
            name,
            case_count: cases.unwrap_or_default(),
            definition: content.definition,
            created_by: content.created_by,
            created_at: content.created_at,
            updated_by: content.updated_by,
            updated_at: content.updated_at,
        }
    }
}
