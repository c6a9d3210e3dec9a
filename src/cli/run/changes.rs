//! `chainkeel run diff`: what changed in a run between two of its events.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cli::client::{Client, Error, query};
use crate::cli::print::{line, print_json};

/// How much of a value is shown to people.
const SHOWN: usize = 100;

/// What is another than it was.
#[derive(Debug, PartialEq)]
struct Change {
    /// Of which node; none of the run itself.
    node: Option<String>,
    /// Which field.
    field: String,
    before: Value,
    after: Value,
}

/// Shows the changes between two moments.
pub(super) async fn diff(
    client: &Client,
    id: &str,
    (from, to): (u64, Option<u64>),
) -> Result<(), Error> {
    let before = read(client, id, Some(from)).await?;
    let after = read(client, id, to).await?;
    let changes = changes(&before, &after);
    let to = after.get("lastSequence").and_then(Value::as_u64).or(to);
    if client.json {
        let shown = changes.iter().map(|Change { node, field, before, after }| {
            json!({ "nodeId": node, "field": field, "before": before, "after": after })
        });
        print_json(&json!({
            "runId": id, "from": from, "to": to, "changes": shown.collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    if changes.is_empty() {
        line("nothing changed in between");
    }
    for Change { node, field, before, after } in &changes {
        let place = node.as_deref().unwrap_or("the run");
        line(&format!("{place:<20} {field:<12} {} → {}", short(before), short(after)));
    }
    Ok(())
}

async fn read(client: &Client, id: &str, at: Option<u64>) -> Result<Value, Error> {
    let query = query([("atSequence", at.map(|at| at.to_string()))]);
    client.get(&format!("/v1/runs/{id}{query}")).await
}

/// What differs: of the run, and of each node that either has.
fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let nodes = |run: &Value| run["executionState"].as_object().cloned().unwrap_or_default();
    let (nodes_before, nodes_after) = (nodes(before), nodes(after));
    let mut changes = of_fields(None, before, after);
    let names: BTreeSet<&String> = nodes_before.keys().chain(nodes_after.keys()).collect();
    for name in names {
        let of =
            |nodes: &serde_json::Map<String, Value>| nodes.get(name).cloned().unwrap_or_default();
        changes.extend(of_fields(Some(name), &of(&nodes_before), &of(&nodes_after)));
    }
    changes
}

fn of_fields(node: Option<&String>, before: &Value, after: &Value) -> Vec<Change> {
    // What says how far it was read, and what has a list of its own, is no change.
    let is_own = |name: &&String| {
        !matches!(
            name.as_str(),
            "executionState" | "workflowDefinition" | "lastSequence" | "computeUnits"
        )
    };
    let names = [before, after].into_iter().filter_map(Value::as_object).flat_map(|it| it.keys());
    let names: BTreeSet<&String> = names.filter(is_own).collect();
    let change = |name: &String| {
        let of = |whole: &Value| whole.get(name).cloned().unwrap_or_default();
        let (before, after) = (of(before), of(after));
        let is_other = before != after;
        is_other.then(|| Change { node: node.cloned(), field: name.clone(), before, after })
    };
    names.into_iter().filter_map(change).collect()
}

fn short(value: &Value) -> String {
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_begin_and_fields_that_change_are_told_and_nothing_else() {
        let before = json!({
            "status": "running", "startedAt": "now", "lastSequence": 4,
            "executionState": { "a": { "status": "running" }, "b": { "status": "success" } },
        });
        let after = json!({
            "status": "success", "startedAt": "now", "lastSequence": 9,
            "executionState": {
                "a": { "status": "success", "result": 7 }, "b": { "status": "success" },
                "c": { "status": "pending" },
            },
        });
        let told: Vec<_> = changes(&before, &after)
            .into_iter()
            .map(|it| (it.node.unwrap_or_default(), it.field, short(&it.before), short(&it.after)))
            .collect();
        let line = |node: &str, field: &str, before: &str, after: &str| {
            (node.to_owned(), field.to_owned(), before.to_owned(), after.to_owned())
        };
        assert_eq!(
            told,
            [
                line("", "status", "running", "success"),
                line("a", "result", "nothing", "7"),
                line("a", "status", "running", "success"),
                line("c", "status", "nothing", "pending"),
            ],
        );
        assert_eq!(changes(&before, &before), []);
    }
}
