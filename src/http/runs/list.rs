use actix_web::web::Data;
use engine::{ExecutionStatus, RunStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Instant, MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;
use crate::projections::run_history;

/// Which runs are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this workflow.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those that stand here: `running`, `waiting`, `success`, `failure` or `cancelled`.
    #[param(value_type = Option<String>)]
    status: Option<RunStatus>,
    /// Those that began at or after this instant (RFC 3339).
    #[param(value_type = Option<String>)]
    from: Option<Instant>,
    /// Those that began before this instant (RFC 3339).
    #[param(value_type = Option<String>)]
    to: Option<Instant>,
    /// Those whose id, or whose failure's code, message or node, contains this.
    search: Option<String>,
    /// Those in which a node stands here, as in `executionState`.
    #[param(value_type = Option<String>)]
    node_status: Option<ExecutionStatus>,
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

/// A run in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Its id.
    id: String,
    /// The workflow that it executes.
    workflow_id: String,
    /// The version of it.
    workflow_version: i32,
    /// `running`, `waiting`, `success`, `failure` or `cancelled`.
    status: String,
    /// What set it off: `manual`, `webhook` or `retry`.
    trigger_kind: String,
    /// From where that came.
    trigger_source: String,
    /// Who or what started it.
    triggered_by: String,
    /// The failed run that this one continues.
    source_run_id: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
    /// The code of its failure.
    failure_code: Option<String>,
    /// What went wrong, in words.
    failure_message: Option<String>,
    /// The node that failed first.
    failed_node_id: Option<String>,
    /// How many nodes it has, and how many of them succeeded, failed or were skipped.
    node_count: i32,
    /// See `nodeCount`.
    succeeded_count: i32,
    /// See `nodeCount`.
    failed_count: i32,
    /// See `nodeCount`.
    skipped_count: i32,
    /// Compute units that it has used so far; absent while they are not counted yet.
    compute_units: Option<i64>,
}

impl From<run_history::Run> for RunSummary {
    fn from(run: run_history::Run) -> Self {
        Self {
            id: run.run_id,
            workflow_id: run.workflow_id,
            workflow_version: run.workflow_version,
            status: run.status,
            trigger_kind: run.trigger_kind,
            trigger_source: run.trigger_source,
            triggered_by: run.triggered_by,
            source_run_id: run.source_run_id,
            started_at: run.started_at,
            finished_at: run.finished_at,
            failure_code: run.failure_code,
            failure_message: run.failure_message,
            failed_node_id: run.failed_node_id,
            node_count: run.node_count,
            succeeded_count: run.succeeded_count,
            failed_count: run.failed_count,
            skipped_count: run.skipped_count,
            compute_units: run.compute_units,
        }
    }
}

/// The runs of the organization, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_runs",
    path = "/v1/runs",
    tag = "runs",
    params(Wanted),
    responses(
        (status = 200, description = "The runs", body = Envelope<Page<RunSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<RunSummary>>, Problem> {
    let wanted = query.0;
    let paging = Paging::of(wanted.limit, wanted.offset, wanted.cursor)?;
    let filter = run_history::Filter {
        status: wanted.status,
        workflow: wanted.workflow_id,
        since: wanted.from.map(Instant::get),
        until: wanted.to.map(Instant::get),
        node_status: wanted.node_status,
        text: wanted.search.filter(|text| !text.is_empty()),
        hidden: api.hidden_from(&who),
    };
    api.view_at("run_history", wanted.min_position).await?;
    let runs = api.run_history().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(runs, |run| Ok(run.into()))
}
