//! What there is to say about a run, asked of the server and checked here.

use engine::Replay;
use serde_json::{Value, json};

use crate::cli::client::{Client, Error, query};
use crate::cli::print::items;
use crate::cli::run::{events, facts};
use crate::cli::workflow::text_of;
use crate::notary;
use crate::proof::{self, Judged, Trust};

/// Transactions, documents or tasks of one read.
const LIST: u32 = 100;

/// The whole report about a run.
pub(super) async fn gather(client: &Client, run: &str, trust: &Trust) -> Result<Value, Error> {
    let shown = client.get(&format!("/v1/runs/{run}")).await?;
    let events = events(client, run).await?;
    let replay = engine::verify(&facts(&events, run)?);
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
        Err(Error::Refused { text, .. }) => return Ok(json!({ "verified": null, "why": text })),
        Err(error) => return Err(error),
    };
    Ok(match proof::judge(&bundle, trust) {
        Ok(Judged { bundle, .. }) if bundle.is_sealed() => json!({
            "verified": null,
            "why": "the run handles personal data: its events are proved, and their texts are sealed",
        }),
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
