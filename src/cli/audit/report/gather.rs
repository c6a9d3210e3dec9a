//! What there is to say about a run, asked of the server and checked here.

use engine::{Fact, Replay};
use serde_json::{Value, json};

use crate::cli::client::{Client, Error, query};
use crate::cli::print::items;
use crate::cli::workflow::text_of;
use crate::notary;
use crate::proof::{self, Judged, Trust};

/// Events of one read.
const PAGE: u32 = 500;
/// Transactions, documents or tasks of one read.
const LIST: u32 = 100;

/// The whole report about a run.
pub(super) async fn gather(client: &Client, run: &str, trust: &Trust) -> Result<Value, Error> {
    let shown = client.get(&format!("/v1/runs/{run}")).await?;
    let events = events(client, run).await?;
    let facts = facts(&events)?;
    let replay = engine::verify(&facts);
    Ok(json!({
        "run": about(&shown),
        "verification": verification(client, run, trust).await?,
        "replay": {
            "events": replay.steps.len(),
            "divergesAt": replay.divergence.as_ref().map(|it| it.sequence),
        },
        "timeline": timeline(&events, &replay),
        "executions": shown.get("executionState"),
        "transactions": each(client, "transactions", run).await?,
        "signatures": each(client, "signatures", run).await?,
        "tasks": each(client, "tasks", run).await?,
        "definition": shown.get("workflowDefinition"),
    }))
}

/// What the run is, without what stands elsewhere in the report.
fn about(shown: &Value) -> Value {
    let mut about = shown.clone();
    if let Some(fields) = about.as_object_mut() {
        fields.remove("executionState");
        fields.remove("workflowDefinition");
    }
    about
}

async fn events(client: &Client, run: &str) -> Result<Vec<Value>, Error> {
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let page = client.get(&format!("/v1/runs/{run}/events?after={after}&limit={PAGE}")).await?;
        events.extend(items(&page).cloned());
        let last = events.last().and_then(|event: &Value| event.get("sequence")?.as_i64());
        after = last.unwrap_or(after);
        if page.get("hasMore") != Some(&Value::Bool(true)) {
            return Ok(events);
        }
    }
}

fn facts(events: &[Value]) -> Result<Vec<Fact>, Error> {
    let fact = |event: &Value| {
        let payload = event.get("payload").cloned().unwrap_or_default();
        serde_json::from_value(payload).map_err(|source| Error::NotJson {
            what: format!("event {}", event.get("sequence").unwrap_or(&Value::Null)),
            source,
        })
    };
    events.iter().map(fact).collect()
}

/// Each event with who caused it, and what it changed.
fn timeline(events: &[Value], replay: &Replay) -> Vec<Value> {
    let line = |(event, step): (&Value, &engine::Step)| {
        let (before, after) = step.run_change;
        json!({
            "sequence": event.get("sequence"),
            "position": event.get("position"),
            "at": event.get("recordedAt"),
            "event": step.name,
            "by": event.get("metadata").map(|it| text_of(it, "actor")),
            "command": event.get("metadata").map(|it| text_of(it, "command_id")),
            "nodeId": step.node,
            "node": step.node_change.map(|(before, after)| [before.name(), after.name()]),
            "run": [before.name(), after.name()],
            "payload": event.get("payload"),
        })
    };
    events.iter().zip(&replay.steps).map(line).collect()
}

/// Transactions, documents or tasks of a run, each of them whole.
async fn each(client: &Client, kind: &str, run: &str) -> Result<Vec<Value>, Error> {
    let (mut all, mut offset) = (Vec::new(), 0);
    loop {
        let query = query([
            ("runId", Some(run.to_owned())),
            ("limit", Some(LIST.to_string())),
            ("offset", Some(offset.to_string())),
        ]);
        let page = client.get(&format!("/v1/{kind}{query}")).await?;
        for item in items(&page) {
            all.push(client.get(&format!("/v1/{kind}/{}", text_of(item, "id"))).await?);
        }
        if page.get("hasMore") != Some(&Value::Bool(true)) {
            return Ok(all);
        }
        offset += LIST;
    }
}

/// Whether the run is what was signed: its bundle is judged here, not by the server.
async fn verification(client: &Client, run: &str, trust: &Trust) -> Result<Value, Error> {
    let bundle = match super::super::bundle::fetch(client, run).await {
        Ok(bundle) => bundle,
        Err(Error::Refused { problem, .. }) => {
            return Ok(json!({ "verified": null, "why": text_of(&problem, "detail") }));
        }
        Err(error) => return Err(error),
    };
    Ok(match proof::judge(&bundle, trust) {
        Ok(Judged { checkpoint, key_is_known, bundle }) => {
            let replayed = notary::replay(&bundle);
            let diverges = match &replayed {
                Ok(replayed) => replayed.replay.divergence.as_ref().map(|it| it.sequence),
                Err(_) => None,
            };
            json!({
                "verified": replayed.is_ok() && diverges.is_none(),
                "why": replayed.err(),
                "divergesAt": diverges,
                "events": bundle.events.len(),
                "treeSize": checkpoint.size,
                "origin": checkpoint.origin,
                "key": bundle.verifier_key,
                "keyWasKnown": key_is_known,
            })
        }
        Err(fault) => json!({
            "verified": false, "byte": fault.byte, "field": fault.field, "why": fault.what,
        }),
    })
}
