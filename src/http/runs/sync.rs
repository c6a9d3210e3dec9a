use std::sync::Arc;

use actix_web::web::Data;
use engine::{Definition, Diagnostic, DiagnosticCode, Json};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::at_once::{self, Ended};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::connectors;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::triggers::Contracts;

/// How many nodes a definition may have that is run at once.
const MAX_NODES: usize = 20;
/// The node types that may take longer than somebody waits for an answer.
const TOO_SLOW: [&str; 4] = ["wait", "for-each", "manual-task", "call-workflow"];

/// A definition that is run at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RunAtOnce {
    /// At most 20 nodes, a manual trigger, and no node that waits or loops.
    #[schema(value_type = Object)]
    definition: Value,
    /// What expressions read as `{{$trigger.body}}` and `{{$inputs}}`; `{}` when absent.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
}

/// Runs a definition that belongs to no workflow, and answers with what came of it. It takes a
/// minute at most; effects are real, and its ledger stays as any run's.
#[utoipa::path(
    post,
    operation_id = "run_at_once",
    path = "/v1/runs/sync",
    tag = "runs",
    params(("Idempotency-Key" = Option<String>, Header, description = "Starts one run only")),
    request_body = RunAtOnce,
    responses(
        (status = 200, description = "What came of it", body = Envelope<Ended>),
        (status = 422, description = "The definition or the payload is wrong", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn sync(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<RunAtOnce>,
) -> Result<Answer<Ended>, Problem> {
    let Body { content: RunAtOnce { definition, payload }, fingerprint } = body;
    let definition =
        engine::check(&definition, &Contracts::builtin()).map_err(|found| wrong(&found))?;
    let found = connectors::problems(&api, &who, &definition).await?;
    if !found.is_empty() {
        return Err(wrong(&found));
    }
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let payload: Json = Arc::new(payload.unwrap_or_else(|| Value::Object(Map::new())));
    let (_, ended) = run_at_once(&api, &who, turn, definition, payload).await?;
    Ok(Answer::ok(ended))
}

/// Runs a definition and waits for its end, if it is one that somebody may wait for.
pub(in crate::http) async fn run_at_once(
    api: &Api,
    who: &Principal,
    turn: Turn,
    definition: Definition,
    payload: Json,
) -> Result<(engine::Run, Ended), Problem> {
    let definition = bounded(definition).map_err(|found| wrong(&found))?;
    at_once::run(api, who, turn, Arc::new(definition), payload).await
}

fn wrong(found: &[Diagnostic]) -> Problem {
    Problem::new(Code::InvalidDefinition).with_details(refusals::details("/definition", found))
}

/// What somebody may wait for.
fn bounded(definition: Definition) -> Result<Definition, Vec<Diagnostic>> {
    let mut found = Vec::new();
    if definition.nodes().len() > MAX_NODES {
        let message = format!("a definition that is run at once has at most {MAX_NODES} nodes");
        found.push(Diagnostic::at("/nodes", DiagnosticCode::LimitExceeded, message));
    }
    for (id, node) in definition.nodes() {
        let path = format!("/nodes/{id}/type");
        let message = if TOO_SLOW.contains(&&*node.kind) {
            format!("a {} takes too long for a run that is awaited: publish a workflow", node.kind)
        } else if id.is_root() && &*node.kind != "manual" {
            "a definition that is run at once has a manual trigger".to_owned()
        } else {
            continue;
        };
        found.push(Diagnostic::of(id, path, DiagnosticCode::NotSupported, message));
    }
    if found.is_empty() { Ok(definition) } else { Err(found) }
}
