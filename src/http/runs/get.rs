use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use cqrs_es::Aggregate;
use engine::{
    Definition, ExecutionStatus, Failure, Json, NodeState, Pause, Place, Retrial, RunStatus,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::ledger;
use crate::access::Principal;
use crate::aggregates::run::Run;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::RunId;

/// How many events are read at a time.
const PAGE: i64 = 1_000;

/// How a run is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// Only these nodes in `executionState`, separated by commas.
    node_ids: Option<String>,
    /// Without `executionState` and `workflowDefinition`.
    summary: Option<bool>,
    /// As it was after this event of the run, from 1 on.
    #[param(minimum = 1)]
    at_sequence: Option<i64>,
    /// As it was when the ledger had come to this position.
    #[param(minimum = 1)]
    as_of: Option<i64>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A run and what its nodes did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Run)]
pub struct RunDetail {
    /// Its id.
    #[schema(value_type = String, example = "run_01h455vb4pex5vsknk084sn02q")]
    id: RunId,
    /// The organization that owns it.
    organization_id: String,
    /// The workflow that it executes.
    workflow_id: String,
    /// The version of it.
    workflow_version: u32,
    /// `running`, `waiting`, `success`, `failure` or `cancelled`.
    #[schema(value_type = String, example = "success")]
    status: RunStatus,
    /// What set it off: `manual`, `webhook` or `retry`.
    trigger_kind: String,
    /// From where that came.
    trigger_source: String,
    /// Who or what started it, as its first event says.
    triggered_by: String,
    /// The ended run that this one continues.
    source_run_id: Option<String>,
    /// The run that called this one and waits for it.
    parent_run_id: Option<String>,
    /// The node that called it.
    parent_node_id: Option<String>,
    /// Who stopped it, while nothing new may start.
    #[schema(value_type = Option<Object>)]
    paused: Option<Pause>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339::option")]
    started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
    /// The results of its leaf nodes by node id, once it has succeeded.
    #[schema(value_type = Option<Object>)]
    output: Option<Json>,
    /// Why it failed.
    #[schema(value_type = Option<Object>)]
    failure: Option<Failure>,
    /// What would be done to mend it.
    remediation: Option<&'static str>,
    /// What a retry would take over, and what it would execute again.
    #[schema(value_type = Option<Object>)]
    on_retry: Option<Retrial>,
    /// Compute units that it has used so far. They are counted a moment after what used them;
    /// absent while they are not counted yet.
    compute_units: Option<i64>,
    /// The sequence of its last event.
    last_sequence: i64,
    /// What each node did, by node id.
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_state: Option<BTreeMap<String, NodeRecord>>,
    /// The definition that it executes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    workflow_definition: Option<Arc<Definition>>,
}

/// What a node did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct NodeRecord {
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// `pending`, `running`, `success`, `failure`, `skipped`, `waiting`, `scheduled`, `cancelled`
    /// or `auto_swapping`.
    #[schema(value_type = String, example = "success")]
    status: ExecutionStatus,
    /// How many attempts have begun.
    attempt: u32,
    /// Its payload with the expressions resolved.
    #[schema(value_type = Option<Object>)]
    input: Option<Json>,
    /// What it gave.
    #[schema(value_type = Option<Object>)]
    result: Option<Json>,
    /// The branch that it chose.
    branch: Option<String>,
    /// Why it failed, or why it is attempted again.
    #[schema(value_type = Option<Object>)]
    error: Option<Failure>,
    /// When its delay, its next attempt or the end of its wait is due.
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339::option")]
    started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
}

/// A run, folded from its ledger: what was just written is seen.
#[utoipa::path(
    get,
    operation_id = "get_run",
    path = "/v1/runs/{id}",
    tag = "runs",
    params(("id" = String, Path, description = "The run"), Reading),
    responses(
        (status = 200, description = "The run", body = Envelope<RunDetail>),
        (status = 404, description = "No such run", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    query: Params<Reading>,
) -> Result<Answer<RunDetail>, Problem> {
    let Params(Reading { node_ids, summary, at_sequence, as_of, min_position }) = query;
    let moment = Moment::of(at_sequence, as_of)?;
    let position = api.ledger_at(min_position).await?;
    let (run, first, last_sequence) = load(&api, &who, *id, moment).await?;
    let mut detail = detail(*id, run.state(), &first, last_sequence)?;
    if moment == Moment::Now {
        detail.compute_units = api.usage().of_run(who.organization, *id).await?;
    }
    if summary != Some(true) {
        let wanted = node_ids.as_deref().map(|ids| ids.split(',').map(str::trim).collect());
        detail.execution_state = Some(execution_state(run.state(), wanted.as_ref()));
        detail.workflow_definition = run.state().definition().cloned();
    }
    Ok(Answer::ok(detail).at(position))
}

/// As of when a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Now,
    /// After this event of its own.
    Sequence(i64),
    /// After this event of the ledger.
    Position(i64),
}

impl Moment {
    fn of(at_sequence: Option<i64>, as_of: Option<i64>) -> Result<Self, Problem> {
        let refuse = |name: &str, why: &str| Err(Problem::new(Code::InvalidQuery).at(name, why));
        match (at_sequence, as_of) {
            (None, None) => Ok(Self::Now),
            (Some(_), Some(_)) => refuse("asOf", "cannot be combined with atSequence"),
            (Some(..1), None) => refuse("atSequence", "is a number from 1 on"),
            (None, Some(..1)) => refuse("asOf", "is a number from 1 on"),
            (Some(sequence), None) => Ok(Self::Sequence(sequence)),
            (None, Some(position)) => Ok(Self::Position(position)),
        }
    }

    /// Whether an event had happened by then. What has no position yet is behind all that have one.
    const fn has_seen(self, event: &Recorded) -> bool {
        match self {
            Self::Now => true,
            Self::Sequence(last) => event.sequence <= last,
            Self::Position(last) => 0 < event.position && event.position <= last,
        }
    }
}

/// The run as it was then, its first event, and the sequence of the last one by then.
async fn load(
    api: &Api,
    who: &Principal,
    id: RunId,
    moment: Moment,
) -> Result<(Run, Recorded, i64), Problem> {
    let stream = StreamId::run(id);
    let (mut run, mut first) = (Run::default(), None);
    let (mut read, mut applied) = (0, 0);
    'reading: loop {
        let page = api.journal.read_stream(&stream, read, PAGE).await?;
        let Some(last) = page.last() else { break };
        read = last.sequence;
        for event in page {
            if event.organization != who.organization {
                return Err(Problem::new(Code::RunNotFound));
            }
            let is_seen = moment.has_seen(&event);
            if is_seen {
                applied = event.sequence;
                run.apply(event.fact()?);
            }
            first.get_or_insert(event);
            if !is_seen {
                break 'reading;
            }
        }
    }
    let Some(first) = first else { return Err(ledger::missing(api, who, id).await) };
    ledger::must_be_shown(api, who, &first)?;
    let refuse = |name: &str, why: String| Err(Problem::new(Code::InvalidQuery).at(name, &why));
    match moment {
        Moment::Sequence(wanted) if applied < wanted => {
            refuse("atSequence", format!("the run has {applied} events"))
        }
        Moment::Position(_) if applied == 0 => {
            refuse("asOf", format!("the run begins at position {}", first.position))
        }
        Moment::Now | Moment::Sequence(_) | Moment::Position(_) => Ok((run, first, applied)),
    }
}

fn detail(
    id: RunId,
    run: &engine::Run,
    first: &Recorded,
    last_sequence: i64,
) -> Result<RunDetail, Problem> {
    let unstarted = || Problem::internal("a run's ledger does not begin with its start");
    let workflow = run.workflow().ok_or_else(unstarted)?;
    let trigger = run.trigger().ok_or_else(unstarted)?;
    Ok(RunDetail {
        id,
        organization_id: first.organization.to_string(),
        workflow_id: workflow.id.clone(),
        workflow_version: workflow.version,
        status: run.status(),
        trigger_kind: trigger.kind.clone(),
        trigger_source: trigger.source.clone(),
        triggered_by: first.metadata_map()?.remove("actor").unwrap_or_default(),
        source_run_id: run.source_run().map(str::to_owned),
        parent_run_id: run.parent().map(|parent| parent.run.clone()),
        parent_node_id: run.parent().map(|parent| parent.node.to_string()),
        paused: run.paused().cloned(),
        started_at: run.started_at(),
        finished_at: run.finished_at(),
        output: run.output().cloned(),
        failure: run.failure().cloned(),
        remediation: run.failure().map(Failure::remediation),
        on_retry: run.retrial(),
        compute_units: None,
        last_sequence,
        execution_state: None,
        workflow_definition: None,
    })
}

pub(in crate::http) fn execution_state(
    run: &engine::Run,
    wanted: Option<&BTreeSet<&str>>,
) -> BTreeMap<String, NodeRecord> {
    let is_wanted = |place: &Place| {
        wanted.is_none_or(|wanted| {
            wanted.contains(place.node.as_str()) || wanted.contains(place.to_string().as_str())
        })
    };
    run.nodes()
        .into_iter()
        .filter(|(place, _)| is_wanted(place))
        .map(|(place, state)| {
            let node = run.definition().and_then(|definition| definition.node(&place.node));
            let kind = node.map(|node| node.kind.to_string()).unwrap_or_default();
            let root = place.is_root().then(|| run.trigger()).flatten();
            let result = match root {
                Some(trigger) => Some(Arc::new(trigger.result())),
                None => state.result().cloned(),
            };
            (place.to_string(), NodeRecord::of(kind, state, result))
        })
        .collect()
}

impl NodeRecord {
    fn of(kind: String, state: &NodeState, result: Option<Json>) -> Self {
        Self {
            kind,
            status: state.status(),
            attempt: state.attempt(),
            input: state.input().cloned(),
            result,
            branch: state.branch().map(str::to_owned),
            error: state.failure().cloned(),
            due_at: state.due_at(),
            started_at: state.started_at(),
            finished_at: state.finished_at(),
        }
    }
}
