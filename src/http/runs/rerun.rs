use actix_web::web::{Data, Path};
use engine::NodeId;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

use super::{ledger, order};
use crate::access::Principal;
use crate::actors::Version;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::Started;
use crate::primitives::RunId;

/// From where a run is executed again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rerun {
    /// The node to begin with; for a node inside a loop the whole loop is executed again.
    #[schema(example = "pay")]
    from_node: String,
    /// Another input, instead of that of the first run.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// Which version of the workflow is executed: the one that the run had when absent, or the live one, with what was
    /// mended since. Nodes that are new there, or of another type, are executed, and what they lead to.
    version: Option<RerunVersion>,
}

/// Which version of its workflow a run that is executed again has.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RerunVersion {
    /// The one that the run had.
    Same,
    /// The one that is live now.
    Live,
}

/// Executes a run that is over again from one of its nodes on, as a new run. What came before the
/// node, and what stands beside it, is taken over and not executed again; the new run names its
/// source.
#[utoipa::path(
    post,
    operation_id = "rerun_run",
    path = "/v1/runs/{id}/rerun",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run that is over"),
        ("Idempotency-Key" = Option<String>, Header, description = "Starts one run only"),
    ),
    request_body = Rerun,
    responses(
        (status = 202, description = "The new run has begun", body = Envelope<Started>),
        (status = 404, description = "No such run or node", body = Document),
        (status = 409, description = "The run is not over", body = Document),
        (status = 422, description = "The payload is not what the workflow asks for", body = Document),
    ),
)]
pub async fn rerun(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Rerun>,
) -> Result<Answer<Started>, Problem> {
    let Body { content: Rerun { from_node, payload, version }, fingerprint } = body;
    ledger::may_order(&api, &who, *id).await?;
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let from = NodeId::from(from_node);
    let version = match version {
        None | Some(RerunVersion::Same) => Version::Same,
        Some(RerunVersion::Live) => Version::Live,
    };
    let edited = payload.map(Arc::new);
    let begin = async |run, context| {
        let again = api.desk.rerun(*id, run, (&from, version), edited, context).await;
        again.map_err(|refused| refused.under("/payload"))
    };
    order::begin(&api, &who, turn, begin).await
}
