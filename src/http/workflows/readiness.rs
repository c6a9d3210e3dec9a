use actix_web::web::{Data, Path};
use engine::{Definition, Diagnostic, RunStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::edition::Edition;
use super::record;
use super::schedule;
use crate::access::{Permission, Principal};
use crate::aggregates::workflow::{PauseReason, Status, Workflow};
use crate::catalog::{OperationType, Role};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::connectors;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::http::wallets;
use crate::primitives::{OrganizationId, WorkflowId};
use crate::projections::Paging;
use crate::projections::access::{KeyFilter, KeyRow};
use crate::projections::run_history::{self, Run};
use crate::projections::trials::{Execution, Test, TestFilter};
use crate::readiness::{
    ErrorWorkflow, Facts, Finding, Key, LastRun, Played, Rounds, Standing, Tested, Units, Verdict,
    judge,
};
use crate::triggers::Contracts;

/// How many of the last runs are looked at.
const RUNS: i64 = 10;
/// How many tests are looked at; a workflow with more is judged by these.
const TESTS: i64 = 100;
/// How many keys are looked at; an organization with more is judged by the newest.
const KEYS: i64 = 100;

/// What is judged.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Judged {
    /// `live`, `draft`, or the number of a version; when absent what is live, else the draft.
    #[param(value_type = Option<String>)]
    edition: Option<Edition>,
    /// Waits up to 5 seconds until the view of runs has reached this position.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// Whether a workflow is ready to be depended on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// The workflow.
    workflow_id: String,
    /// What was judged.
    edition: String,
    /// Whether no check failed.
    ready: bool,
    /// How many hold, fail, and do not apply.
    summary: Summary,
    /// The checks.
    checks: Vec<Finding>,
}

/// How many checks there are of each verdict.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReadinessSummary)]
pub(super) struct Summary {
    pass: usize,
    fail: usize,
    not_applicable: usize,
}

/// Answers the launch checklist for a workflow from what stands: check by check, with the evidence
/// and the cure.
#[utoipa::path(
    get,
    operation_id = "get_workflow_readiness",
    path = "/v1/workflows/{id}/readiness",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Judged),
    responses(
        (status = 200, description = "The checklist", body = Envelope<Readiness>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 404, description = "No such workflow or version", body = Document),
        (status = 409, description = "There is no draft, or nothing is live", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn readiness(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Judged>,
) -> Result<Answer<Readiness>, Problem> {
    let Params(Judged { edition, min_position }) = query;
    api.view_at(run_history::Projector::NAME, min_position).await?;
    let position = api.ledger_at(None).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let edition = edition.unwrap_or(match state.live {
        Some(_) => Edition::Live,
        None => Edition::Draft,
    });
    let facts = gather(&api, &who, *id, &state, edition).await?;
    let checks = judge(&facts);
    let of = |verdict| checks.iter().filter(|found| found.verdict == verdict).count();
    let summary = Summary {
        pass: of(Verdict::Pass),
        fail: of(Verdict::Fail),
        not_applicable: of(Verdict::NotApplicable),
    };
    let readiness = Readiness {
        workflow_id: id.to_string(),
        edition: facts.edition,
        ready: summary.fail == 0,
        summary,
        checks,
    };
    Ok(Answer::ok(readiness).at(position))
}

async fn gather(
    api: &Api,
    who: &Principal,
    id: WorkflowId,
    state: &Workflow,
    edition: Edition,
) -> Result<Facts, Problem> {
    let (content, _) = edition.content(state)?;
    let (definition, problems) = match engine::parse(content) {
        Ok(definition) => {
            let mut problems = engine::validate(&definition, &Contracts::builtin());
            problems.extend(connectors::problems(api, who, &definition).await?);
            (Some(definition), problems)
        }
        Err(problems) => (None, problems),
    };
    let error_workflow = match definition.as_ref().and_then(Definition::error_workflow) {
        Some(named) => Some(error_workflow(api, who, named).await?),
        None => None,
    };
    let connectors = match &definition {
        Some(definition) => connectors::standing(api, who, definition).await?,
        None => Vec::new(),
    };
    let payers = match &definition {
        Some(definition) => wallets::payers(api, who, definition).await?,
        None => Vec::new(),
    };
    Ok(Facts {
        edition: edition.to_string(),
        problems: problems.iter().map(line_of).collect(),
        document: (**content).clone(),
        definition,
        description: state.description.clone(),
        standing: standing(state),
        tests: tests(api, who.organization, id).await?,
        runs: runs(api, who.organization, id, state.live).await?,
        error_workflow,
        units: units(api, who.organization).await?,
        writes: writes(api),
        connectors,
        payers,
        keys: keys(api, who.organization).await?,
        schedule: rounds(api, content),
    })
}

fn rounds(api: &Api, content: &serde_json::Value) -> Option<Rounds> {
    let settings = schedule::settings(content)?;
    let catch_up = settings.catch_up.as_str().to_owned();
    let zone = settings.schedule.zone().to_owned();
    Some(Rounds { next: settings.next_after(api.clock.now()), zone, catch_up })
}

fn line_of(found: &Diagnostic) -> String {
    format!("{}: {}", found.path, found.message)
}

fn standing(state: &Workflow) -> Standing {
    let reason = state.pause_reason.unwrap_or(PauseReason::Requested).name();
    Standing {
        live: state.live,
        paused: (state.status == Status::Paused).then(|| reason.to_owned()),
        archived: state.status == Status::Archived,
    }
}

/// The types of nodes that have an effect on the outside and change it.
fn writes(api: &Api) -> Vec<String> {
    let specs = api
        .catalog
        .specs()
        .filter(|spec| spec.role == Role::Action && spec.operation_type == OperationType::Write);
    specs.map(|spec| spec.kind.clone()).collect()
}

/// The workflow that failures are given to. It is named by its author: it may not exist.
async fn error_workflow(api: &Api, who: &Principal, named: &str) -> Result<ErrorWorkflow, Problem> {
    let is_live = match named.parse() {
        Err(_) => false,
        Ok(id) => match record::load(api, who, id, None).await {
            Ok(loaded) => loaded.state.status == Status::Active,
            Err(problem) if problem.code() == Code::WorkflowNotFound => false,
            Err(problem) => return Err(problem),
        },
    };
    Ok(ErrorWorkflow { id: named.to_owned(), is_live })
}

async fn tests(
    api: &Api,
    organization: OrganizationId,
    workflow: WorkflowId,
) -> Result<Vec<Tested>, Problem> {
    let filter = TestFilter { workflow: Some(workflow), text: None };
    let tests = api.trials().tests(organization, &filter, &Paging::first(TESTS)).await?;
    let ids: Vec<String> = tests.items.iter().map(|test| test.test_id.clone()).collect();
    let last = api.trials().last_executions(organization, &ids).await?;
    let tested = tests.items.into_iter().map(|Test { test_id, name, record_version, .. }| Tested {
        name,
        version: record_version,
        last: last.get(&test_id).map(played),
    });
    Ok(tested.collect())
}

fn played(execution: &Execution) -> Played {
    Played {
        passed: execution.status == "passed",
        test_version: execution.test_version,
        workflow_version: execution.workflow_version.and_then(|version| version.try_into().ok()),
        at: execution.started_at,
    }
}

async fn runs(
    api: &Api,
    organization: OrganizationId,
    workflow: WorkflowId,
    live: Option<u32>,
) -> Result<Vec<LastRun>, Problem> {
    let filter = run_history::Filter { workflow: Some(workflow), ..run_history::Filter::default() };
    let page = api.run_history().list(organization, &filter, &Paging::first(RUNS)).await?;
    let of_live =
        page.items.into_iter().filter(|run| u32::try_from(run.workflow_version).ok() == live);
    let seen = |run: Run| LastRun {
        succeeded: run.finished_at.map(|_| run.status == RunStatus::Success.name()),
        failure: run.failure_message,
        at: run.started_at,
        id: run.run_id,
    };
    Ok(of_live.map(seen).collect())
}

/// The keys that may start runs at this moment.
async fn keys(api: &Api, organization: OrganizationId) -> Result<Vec<Key>, Problem> {
    let filter = KeyFilter { owner: None, revoked: Some(false) };
    let page = api.access().keys(organization, &filter, &Paging::first(KEYS)).await?;
    let (now, wanted) = (api.clock.now(), Permission::WorkflowsRun.name());
    let starts = |key: &KeyRow| {
        let scopes = key.scopes.as_ref();
        key.expires_at.is_none_or(|end| now < end)
            && scopes.is_none_or(|scopes| scopes.iter().any(|scope| scope == wanted))
    };
    let told = |KeyRow { key_id: id, name, scopes, expires_at, .. }| Key {
        id,
        name,
        is_scoped: scopes.is_some(),
        expires_at,
    };
    Ok(page.items.into_iter().filter(starts).map(told).collect())
}

async fn units(api: &Api, organization: OrganizationId) -> Result<Option<Units>, Problem> {
    let balance = api.usage().balance(organization).await?.value;
    let threshold = balance.plan.map(|plan| plan.min_threshold);
    Ok(threshold.map(|threshold| Units { left: balance.left(), threshold }))
}
