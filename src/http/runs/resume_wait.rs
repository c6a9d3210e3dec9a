use std::sync::Arc;

use actix_web::web::{Data, Path, ReqData};
use engine::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ledger;
use crate::access::Principal;
use crate::actors::{Placed, Resumed};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Params};
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::RunId;

/// How a caller without a key is known.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Secret {
    /// The secret of the workflow's webhook URL, for callers without a key.
    secret: Option<String>,
}

/// What the wait waited for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Resume {
    /// It becomes `triggerResult` of the waiting node.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// Another name for `data`; give one of the two.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// In which iteration the node waits; the path may say it, too: `ask.3`.
    for_each_context: Option<ForEachContext>,
}

/// An iteration of a loop, and of the loops around it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ForEachContext {
    /// Which item, from 0.
    index: u16,
    /// The loop.
    parent_node_id: String,
    /// How many items there are.
    #[serde(default, rename = "total")]
    _total: Option<u32>,
    /// The loops around it, the outermost first; it may stand last among them itself.
    #[serde(default)]
    stack: Vec<LoopTurn>,
}

/// An iteration of one loop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LoopTurn {
    /// Which item, from 0.
    index: u16,
    /// The loop.
    parent_node_id: String,
    /// How many items there are.
    #[serde(default, rename = "total")]
    _total: Option<u32>,
}

impl ForEachContext {
    /// The place of a node in this iteration.
    fn place_of(&self, node: &str) -> Place {
        let is_last = |turn: &LoopTurn| turn.parent_node_id == self.parent_node_id;
        let is_whole = self.stack.last().is_some_and(is_last);
        let indices = self.stack.iter().map(|turn| turn.index);
        let indices = indices.chain((!is_whole).then_some(self.index));
        Place::from(indices.fold(node.to_owned(), |text, index| format!("{text}.{index}")))
    }
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// `resumed`, or `skipped` when somebody was faster.
    #[schema(example = "resumed")]
    action: &'static str,
    /// Why it was skipped.
    reason: Option<String>,
}

/// Lets a waiting node go on, by key or by the workflow's secret. Of two that resume the same
/// wait, the second is told `skipped`.
#[utoipa::path(
    post,
    operation_id = "resume_node",
    path = "/v1/runs/{id}/nodes/{nodeId}/resume",
    tag = "runs",
    security((), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The run"),
        ("nodeId" = String, Path, description = "The waiting node; `ask.3` in the fourth iteration of a loop"),
        Secret,
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Resume>,
    responses(
        (status = 200, description = "What became of it", body = Envelope<Outcome>),
        (status = 401, description = "Neither a valid key nor the workflow's secret", body = Document),
        (status = 404, description = "No such run or node", body = Document),
        (status = 409, description = "The node does not wait", body = Document),
    ),
)]
pub async fn resume_wait(
    api: Data<Api>,
    known: Option<ReqData<Principal>>,
    path: Path<(RunId, String)>,
    query: Params<Secret>,
    key: IdempotencyKey,
    body: Body<Resume>,
) -> Result<Answer<Outcome>, Problem> {
    let (run, node) = path.into_inner();
    let node = match &body.content.for_each_context {
        Some(context) => context.place_of(&node),
        None => Place::from(node.as_str()),
    };
    let (who, source) = match known {
        Some(known) => (*known, "manual"),
        None => (by_secret(&api, run, query.0.secret.as_deref()).await?, "webhook"),
    };
    let data = match (body.content.data, body.content.payload) {
        (Some(_), Some(_)) => {
            return Err(Problem::new(Code::InvalidBody)
                .at("/payload", "is another name for `data`: give one of the two"));
        }
        (Some(data), None) | (None, Some(data)) => Arc::new(data),
        (None, None) => Arc::new(Value::Object(serde_json::Map::new())),
    };
    let ticket = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => return Ok(resumed(&api, &done).await),
        Turn::Fresh(ticket) => ticket,
    };
    let context = api.context(&who, &ticket, run);
    // Whoever was faster may be an earlier request with the same key.
    match api.desk.resume(run, node, data, source.to_owned(), context).await {
        Ok(Resumed::Resumed(Placed { run, sequence, repeated })) => {
            let done = Done { stream: StreamId::run(run), sequence, replayed: repeated };
            Ok(resumed(&api, &done).await)
        }
        Ok(Resumed::Skipped { reason }) => match ticket.earlier(&api).await? {
            Some(done) => Ok(resumed(&api, &done).await),
            None => Ok(Answer::ok(Outcome { action: "skipped", reason: Some(reason) })),
        },
        Err(refused) => match ticket.earlier(&api).await? {
            Some(done) => Ok(resumed(&api, &done).await),
            None => Err(refused.into()),
        },
    }
}

async fn resumed(api: &Api, done: &Done) -> Answer<Outcome> {
    let written = api.written(&done.stream, done.sequence).await;
    Answer::ok(Outcome { action: "resumed", reason: None }).written(written).replayed(done.replayed)
}

/// The holder of the secret of the run's workflow. Whether the run exists at all is not told to
/// anybody else.
async fn by_secret(api: &Api, run: RunId, secret: Option<&str>) -> Result<Principal, Problem> {
    let stranger = || {
        Problem::new(Code::Unauthenticated).because("the secret is not that of the run's workflow")
    };
    let secret = secret.ok_or_else(stranger)?;
    let first = ledger::first_event(api, run).await?.ok_or_else(stranger)?;
    let workflow = ledger::workflow_of(&first)?;
    if !api.webhook_secrets.fits(workflow, secret) {
        return Err(stranger());
    }
    Ok(Principal::webhook(first.organization, workflow))
}
