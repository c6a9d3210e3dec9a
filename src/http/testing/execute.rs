use std::time::Duration;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{order, record};
use crate::access::Principal;
use crate::aggregates::test_execution::Command;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::playing::Playing;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::{Edition, target_of};
use crate::journal::{Store, StreamId};
use crate::primitives::{TestExecutionId, TestId, WorkflowId};
use crate::trials::{self, Allowance, Target, TestDefinition, TestKind, Trial, play_all};
use crate::triggers::Contracts;

/// How long the cases of one execution may take; what has not begun by then is skipped.
const TIME: Duration = Duration::from_secs(20);

/// Which test is executed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExecuteTest {
    /// The test.
    #[schema(value_type = String)]
    test_definition_id: TestId,
    /// What of its workflow is tested: `draft`, `live` or the number of a version. The draft when
    /// absent, and without one what is live.
    #[schema(value_type = Option<String>)]
    version: Option<Edition>,
}

/// An execution that stands on the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Executed {
    /// The execution.
    #[schema(value_type = String, example = "texec_01h455vb4pex5vsknk084sn02q")]
    id: TestExecutionId,
}

/// Plays every case of a test in virtual time, and keeps what became of them.
///
/// The results are there when it answers: `GET /v1/testing/test-executions/{id}`.
#[utoipa::path(
    post,
    operation_id = "execute_test",
    path = "/v1/testing/test-executions",
    tag = "testing",
    params(("Idempotency-Key" = Option<String>, Header, description = "Executes it once")),
    request_body = ExecuteTest,
    responses(
        (status = 202, description = "Executed", body = Envelope<Executed>),
        (status = 404, description = "No such test, workflow or version", body = Document),
        (status = 422, description = "Test or workflow have problems: `details` lists all", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn execute(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<ExecuteTest>,
) -> Result<Answer<Executed>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => played(&api, &who, &ticket, body.content).await?,
    };
    let id = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::accepted(Executed { id }).written(written).replayed(done.replayed))
}

/// Plays the cases, and records what became of them in one append: an execution is there whole or
/// not at all.
async fn played(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    wanted: ExecuteTest,
) -> Result<Done, Problem> {
    let (content, test_version) = record::load(api, who, wanted.test_definition_id).await?;
    let test = TestDefinition::read(&content.definition)
        .map_err(|problem| order::invalid(vec![problem]))?;
    let target = target(api, who, &test, wanted.version).await?;
    let workflow = match &target {
        Target::Workflow { workflow, .. } => Some(workflow.clone()),
        Target::Task { .. } => None,
    };
    let started_at = api.clock.now();
    let results = api.playing.play(move || {
        let trial = Trial::compile(&test, &target, &Contracts::builtin())?;
        let allowance = Allowance { at_once: Playing::threads(), time: TIME };
        Ok::<_, Vec<trials::Problem>>(play_all(&trial, allowance, &|_| {}))
    });
    let results = results.await?.map_err(order::invalid)?;
    let id = TestExecutionId::generate();
    let stream = StreamId::test_execution(id);
    let command = Command {
        id,
        organization: who.organization,
        test: content.id,
        test_version,
        workflow,
        results,
        by: who.to_string(),
        started_at,
        at: api.clock.now(),
    };
    let store = Store::test_executions(api.journal.clone());
    ticket.execute(api, who, &store, stream, command).await
}

async fn target(
    api: &Api,
    who: &Principal,
    test: &TestDefinition,
    version: Option<Edition>,
) -> Result<Target, Problem> {
    let field = if test.workflow.is_some() { "/workflow" } else { "/targetId" };
    let wrong = |message: &str| order::invalid(vec![trials::Problem::at(field, message)]);
    let name = test.target().ok_or_else(|| wrong("a test names what it is about by `targetId`"))?;
    match test.kind {
        TestKind::Task => Ok(Target::Task { kind: name.to_owned() }),
        TestKind::Workflow => {
            let id: WorkflowId = name.parse().map_err(|_| {
                wrong("a test that a server plays names its workflow by id: `targetId`: \"wf_…\"")
            })?;
            target_of(api, who, id, version).await
        }
    }
}
