use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use engine::{Json, Place, RunStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::gate;
use super::origin;
use super::widget::Widget;
use crate::aggregates::run::Run;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::Store;
use crate::primitives::{RunId, WorkflowId};

/// The right to see a run.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Shown {
    /// The token that came with the run.
    token: String,
}

/// A run as whoever started it may see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicRun {
    /// Its id.
    #[schema(value_type = String, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: RunId,
    /// The workflow that it executes.
    #[schema(value_type = String, example = "wf_01h455vb4pex5vsknk084sn02q")]
    workflow_id: WorkflowId,
    /// `running`, `success` or `failure`.
    status: PublicStatus,
    /// When it began.
    #[serde(with = "time::serde::rfc3339::option")]
    started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
    /// The results of the nodes that the workflow shows, once it has succeeded.
    #[schema(value_type = Object)]
    outputs: BTreeMap<String, Json>,
    /// What the workflow says when it has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// How a run stands, for strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PublicStatus {
    /// It goes on.
    Running,
    /// It did what it should.
    Success,
    /// It did not.
    Failure,
}

/// How a run stands that was started publicly, for whoever has its token, as long as its workflow is
/// public.
#[utoipa::path(
    get,
    operation_id = "get_public_run",
    path = "/v1/public/runs/{id}",
    tag = "public",
    security(()),
    params(("id" = String, Path, description = "The run"), Shown),
    responses(
        (status = 200, description = "The run", body = Envelope<PublicRun>),
        (status = 404, description = "No such run, or another one's token", body = Document),
    ),
)]
pub async fn run(
    api: Data<Api>,
    id: Path<RunId>,
    query: Params<Shown>,
    request: HttpRequest,
) -> Result<Answer<PublicRun>, Problem> {
    origin::readable_by_everybody(&request);
    let nothing = || Problem::new(Code::RunNotFound);
    if !api.webhook_secrets.opens_run(*id, &query.0.token) {
        return Err(nothing());
    }
    let loaded = Store::<Run>::runs(api.journal.clone()).load(&id.to_string()).await?;
    let run = loaded.aggregate.state();
    let (Some(workflow), Some(definition)) = (run.workflow(), run.definition()) else {
        return Err(nothing());
    };
    let workflow_id: WorkflowId = workflow.id.parse().map_err(Problem::internal)?;
    gate::open(&api, workflow_id).map_err(|_| nothing())?;
    let widget = Widget::of(definition);
    let status = match run.status() {
        RunStatus::Running | RunStatus::Waiting => PublicStatus::Running,
        RunStatus::Success => PublicStatus::Success,
        RunStatus::Failure | RunStatus::Cancelled => PublicStatus::Failure,
    };
    let succeeded = status == PublicStatus::Success;
    let nodes = run.nodes();
    let shown = widget.public_outputs.iter().filter(|_| succeeded).filter_map(|name| {
        let place = Place::from(name.as_str());
        let (_, state) = nodes.iter().find(|(at, _)| *at == place)?;
        Some((name.clone(), state.result()?.clone()))
    });
    let outputs = shown.collect();
    Ok(Answer::ok(PublicRun {
        run_id: *id,
        workflow_id,
        status,
        started_at: run.started_at(),
        finished_at: run.finished_at(),
        outputs,
        message: widget.success_message.clone().filter(|_| succeeded),
    }))
}
