use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::ledger;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::RunId;
use crate::projections::run_history;

/// The runs that continue one another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lineage {
    /// The first one first; at most 1,000.
    runs: Vec<Relative>,
}

/// A run among those that continue one another.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunOfLineage)]
pub(super) struct Relative {
    /// Its id.
    id: String,
    /// The run that it continues, by a retry or a re-run; null for the first.
    source_run_id: Option<String>,
    /// The version of the workflow that it executes.
    workflow_version: i32,
    /// `running`, `waiting`, `success`, `failure` or `cancelled`.
    status: String,
    /// Who or what started it.
    triggered_by: String,
    /// The node that failed first.
    failed_node_id: Option<String>,
    /// The code of its failure.
    failure_code: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
}

impl From<run_history::Relative> for Relative {
    fn from(run: run_history::Relative) -> Self {
        Self {
            id: run.run_id,
            source_run_id: run.source_run_id,
            workflow_version: run.workflow_version,
            status: run.status,
            triggered_by: run.triggered_by,
            failed_node_id: run.failed_node_id,
            failure_code: run.failure_code,
            started_at: run.started_at,
            finished_at: run.finished_at,
        }
    }
}

/// A run with all that it continues and all that continue it, by retries and re-runs.
#[utoipa::path(
    get,
    operation_id = "get_run_lineage",
    path = "/v1/runs/{id}/lineage",
    tag = "runs",
    params(("id" = String, Path, description = "The run"), Freshness),
    responses(
        (status = 200, description = "The runs that continue one another", body = Envelope<Lineage>),
        (status = 404, description = "No such run", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn lineage(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    query: Params<Freshness>,
) -> Result<Answer<Lineage>, Problem> {
    api.view_at("run_history", query.0.min_position).await?;
    let found = api.run_history().lineage(who.organization, *id).await?;
    if found.value.is_empty() {
        return Err(ledger::missing(&api, &who, *id).await);
    }
    ledger::may_order(&api, &who, *id).await?;
    let runs = found.value.into_iter().map(Relative::from).collect();
    Ok(Answer::ok(Lineage { runs }).at(found.position))
}
