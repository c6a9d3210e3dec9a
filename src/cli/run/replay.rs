//! `chainkeel run replay`: folds a run's events, prints each step with what it changed, and makes
//! every decision in it again. The first one that differs is named, and the exit code is 1.

use engine::{Divergence, Fact, Replay, Step};
use serde_json::{Value, json};

use super::events::{events, facts};
use crate::cli::client::{Client, Error};
use crate::cli::print::{line, print_json};

/// Replays the run from the ledger of the server.
pub(super) async fn replay(client: &Client, id: &str) -> Result<(), Error> {
    let facts = facts(&events(client, id).await?, id)?;
    let replay = engine::verify(&facts);
    if client.json {
        print_json(&report(id, &replay));
    } else {
        for step in &replay.steps {
            line(&in_words(step));
        }
        if replay.divergence.is_none() {
            let count = replay.steps.len();
            line(&format!(
                "replayed {count} events of {id}: every decision is the one on the ledger"
            ));
        }
    }
    match &replay.divergence {
        None => Ok(()),
        Some(divergence) => Err(Error::Outcome(described(divergence))),
    }
}

fn in_words(step: &Step) -> String {
    let node = step.node.as_ref().map(ToString::to_string).unwrap_or_default();
    let (before, after) = step.run_change;
    let node_change = step
        .node_change
        .filter(|(before, after)| before != after)
        .map(|(before, after)| format!("{} → {}", before.name(), after.name()))
        .unwrap_or_default();
    let run_change = if before == after {
        String::new()
    } else {
        format!("   run {} → {}", before.name(), after.name())
    };
    format!("{:>4}  {:<16} {node:<20} {node_change}{run_change}", step.sequence, step.name)
        .trim_end()
        .to_owned()
}

fn described(divergence: &Divergence) -> String {
    let text = |fact: &Option<Fact>| {
        fact.as_ref()
            .and_then(|fact| serde_json::to_string(fact).ok())
            .unwrap_or_else(|| "nothing".to_owned())
    };
    format!(
        "the ledger differs from what the engine decides at event {}\n  decided:  {}\n  recorded: {}",
        divergence.sequence,
        text(&divergence.expected),
        text(&divergence.recorded)
    )
}

fn report(id: &str, replay: &Replay) -> Value {
    let steps: Vec<Value> = replay
        .steps
        .iter()
        .map(|step| {
            let (run_before, run_after) = step.run_change;
            json!({
                "sequence": step.sequence,
                "type": step.name,
                "nodeId": step.node,
                "node": step.node_change.map(|(before, after)| json!({"before": before.name(), "after": after.name()})),
                "run": {"before": run_before.name(), "after": run_after.name()},
            })
        })
        .collect();
    let divergence = replay.divergence.as_ref().map(|divergence| {
        json!({
            "sequence": divergence.sequence,
            "expected": divergence.expected,
            "recorded": divergence.recorded,
        })
    });
    json!({ "runId": id, "steps": steps, "divergence": divergence })
}
