use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::access::Principal;
use crate::catalog::Role;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::connectors;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::{Ended, run_at_once};
use crate::primitives::ConnectorId;

/// The id of the node in the run that is made for it.
const NODE: &str = "action";

/// What a node is tried with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TryAction {
    /// The payload, literally: texts in it are not read for expressions.
    #[schema(value_type = Object)]
    inputs: Map<String, Value>,
    /// The connector that it uses.
    #[schema(value_type = Option<String>)]
    connector_id: Option<ConnectorId>,
}

/// What a node gave.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// Its result; null when it failed.
    #[schema(value_type = Option<Object>)]
    result: Option<Json>,
    /// The run that was made for it.
    run: Ended,
}

/// Executes one node with a given payload, in a run of its own. Effects are real.
#[utoipa::path(
    post,
    operation_id = "run_action",
    path = "/v1/actions/{type}/run",
    tag = "catalog",
    params(
        ("type" = String, Path, description = "What a node names in its `type`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Executes it once only"),
    ),
    request_body = TryAction,
    responses(
        (status = 200, description = "What came of it", body = Envelope<Tried>),
        (status = 404, description = "No such node type", body = Document),
        (status = 422, description = "The payload is wrong, or the type cannot be tried", body = Document),
    ),
)]
pub async fn run_action(
    api: Data<Api>,
    who: Principal,
    kind: Path<String>,
    key: IdempotencyKey,
    body: Body<TryAction>,
) -> Result<Answer<Tried>, Problem> {
    super::record::one(&api, &[Role::Logic, Role::Action], &kind)?;
    let Body { content: TryAction { inputs, connector_id }, fingerprint } = body;
    // The payload is checked as it is, and handed over by reference, so that no text in it is
    // taken for an expression.
    let by_reference = inputs.keys().map(|name| {
        let quoted = Value::String(name.clone()).to_string();
        (name.clone(), Value::String(format!("{{{{$trigger.body[{quoted}]}}}}")))
    });
    let connector = match connector_id {
        Some(id) => Some(connectors::named(&api, &who, id).await?),
        None => None,
    };
    let node = |payload: Value| {
        let mut node = json!({ "type": *kind, "payload": payload });
        if let Some(connector) = &connector {
            node["connector"] = json!(connector);
        }
        json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": [NODE] },
            NODE: node,
        } })
    };
    let wrong = |found: Vec<engine::Diagnostic>| {
        let within = "/nodes/action/payload";
        let found: Vec<engine::Diagnostic> = found
            .into_iter()
            .map(|mut problem| {
                if let Some(place) = problem.path.strip_prefix(within) {
                    problem.path = place.to_owned();
                }
                problem
            })
            .collect();
        Problem::new(Code::InvalidDefinition).with_details(refusals::details("/inputs", &found))
    };
    let is_literal = |value: &Value| !engine::has_expression(&value.to_string());
    if inputs.values().all(is_literal) {
        engine::check(&node(Value::Object(inputs.clone())), api.catalog).map_err(wrong)?;
    }
    let definition = engine::parse(&node(Value::Object(by_reference.collect()))).map_err(wrong)?;
    let found = connectors::problems(&api, &who, &definition).await?;
    if !found.is_empty() {
        return Err(wrong(found));
    }
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let payload: Json = Arc::new(Value::Object(inputs));
    let (run, ended) = run_at_once(&api, &who, turn, definition, payload).await?;
    let result = run.node(&NODE.into()).and_then(|state| state.result()).cloned();
    Ok(Answer::ok(Tried { result, run: ended }))
}
