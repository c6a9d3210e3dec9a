use actix_web::HttpResponse;
use actix_web::web::Data;
use engine::{ExecutionStatus, RunStatus};
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::RunSummary;
use crate::access::Principal;
use crate::http::api::Api;
use crate::http::exports::column::Column;
use crate::http::exports::rows::{self, Format, List};
use crate::http::extract::{Instant, MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{OrganizationId, WorkflowId};
use crate::projections::run_history::{Filter, RunHistory};
use crate::projections::{Page, Paging};

/// Which runs are wanted, all that is given must hold; and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Exporting {
    /// `csv`, `ndjson` for a JSON object a line, or `parquet` for columns with types; the first when absent.
    #[param(value_type = Option<String>)]
    format: Option<Format>,
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
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// All runs that the list has by these filters, the latest first, as a file that comes as it is read. Runs that
/// begin meanwhile are not in it; the others stand as they do when their part is read.
#[utoipa::path(
    get,
    operation_id = "export_runs",
    path = "/v1/runs/export",
    tag = "runs",
    params(Exporting),
    responses(
        (status = 200, description = "The runs", content(
            (String = "text/csv"),
            (RunSummary = "application/x-ndjson"),
            (String = "application/vnd.apache.parquet"),
        )),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn export(
    api: Data<Api>,
    who: Principal,
    query: Params<Exporting>,
) -> Result<HttpResponse, Problem> {
    let wanted = query.0;
    let filter = Filter {
        status: wanted.status,
        workflow: wanted.workflow_id,
        since: wanted.from.map(Instant::get),
        until: wanted.to.map(Instant::get),
        node_status: wanted.node_status,
        text: wanted.search.filter(|text| !text.is_empty()),
        hidden: api.hidden_from(&who),
    };
    api.view_at("run_history", wanted.min_position).await?;
    let runs = Runs { view: api.run_history(), organization: who.organization, filter };
    rows::respond(runs, wanted.format.unwrap_or_default()).await
}

/// The runs of an organization.
struct Runs {
    view: RunHistory,
    organization: OrganizationId,
    filter: Filter,
}

impl List for Runs {
    type Row = RunSummary;
    const NAME: &'static str = "runs";
    const COLUMNS: &'static [Column] = &[
        Column::text("id"),
        Column::text("workflowId"),
        Column::whole("workflowVersion"),
        Column::text("status"),
        Column::text("triggerKind"),
        Column::text("triggerSource"),
        Column::text("triggeredBy"),
        Column::text("sourceRunId"),
        Column::instant("startedAt"),
        Column::instant("finishedAt"),
        Column::text("failureCode"),
        Column::text("failureMessage"),
        Column::text("failedNodeId"),
        Column::whole("nodeCount"),
        Column::whole("succeededCount"),
        Column::whole("failedCount"),
        Column::whole("skippedCount"),
        Column::whole("computeUnits"),
    ];

    async fn page(&self, paging: &Paging) -> Result<Page<RunSummary>, Problem> {
        let page = self.view.list(self.organization, &self.filter, paging).await?;
        Ok(page.map(RunSummary::from))
    }
}
