//! A played run as one document, for paths to look into.

use engine::rehearsal::Rehearsal;
use engine::{Fact, Run};
use serde_json::{Map, Value, json};

/// The document: `{status, output, failure, nodes, events}`.
///
/// - `status`: `success`, `failure`, `cancelled`; `running` or `waiting` where it did not end.
/// - `output`: the results of the leaf nodes that ran, by node id; null unless it succeeded.
/// - `failure`: `{code, message, category, retryable, details?}`; null unless it failed.
/// - `nodes`: by node id `{type, status, attempt, input, result, error, branch}`, with null for
///   what a node does not have; the trigger's node is `root`.
/// - `events`: what happened, in order: `{type, …}` with the fields that the ledger would hold.
///   The first leaves the definition out.
pub fn document(played: &Rehearsal) -> Value {
    let run = &played.run;
    json!({
        "status": run.status().name(),
        "output": run.output(),
        "failure": run.failure(),
        "nodes": nodes(run),
        "events": played.facts.iter().map(event).collect::<Vec<Value>>(),
    })
}

fn nodes(run: &Run) -> Map<String, Value> {
    run.nodes()
        .into_iter()
        .map(|(place, state)| {
            let id = place.to_string();
            let planned = run.definition().and_then(|definition| definition.node(&place.node));
            let trigger = run.trigger().filter(|_| id == engine::NodeId::ROOT);
            let result = match trigger {
                Some(trigger) => trigger.result(),
                None => state.result().map(|result| (**result).clone()).unwrap_or_default(),
            };
            let node = json!({
                "type": planned.map(|planned| &planned.kind),
                "status": state.status().name(),
                "attempt": state.attempt(),
                "input": state.input(),
                "result": result,
                "error": state.failure(),
                "branch": state.branch(),
            });
            (id, node)
        })
        .collect()
}

fn event(fact: &Fact) -> Value {
    let mut event = Map::from_iter([("type".to_owned(), fact.name().into())]);
    // A fact is `{name: {fields}}`; one that cannot be written is told by its name alone.
    if let Ok(Value::Object(tagged)) = serde_json::to_value(fact) {
        for fields in tagged.into_iter().filter_map(|(_, fields)| match fields {
            Value::Object(fields) => Some(fields),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => None,
        }) {
            event.extend(fields.into_iter().filter(|(field, _)| field != "definition"));
        }
    }
    Value::Object(event)
}
