//! `chainkeel workflow limits`, `refill`, `pause` and `resume`: a live workflow looked after.

use serde_json::{Map, Value, json};

use super::client::{Client, Error};
use super::print::{line, tell};
use super::workflow::text_of;

/// Sets the limits that are given; the others stay as they are.
pub(super) async fn limits(client: &Client, id: &str, wanted: Limits) -> Result<(), Error> {
    let path = format!("/v1/workflows/{id}");
    let workflow = client.get(&path).await?;
    let mut limits = Map::new();
    for (name, given) in [
        ("maxRuns", wanted.max_runs),
        ("cooldownMs", wanted.cooldown_ms),
        ("pauseAfterFailures", wanted.pause_after_failures),
    ] {
        let now = workflow.get(name).filter(|now| !now.is_null()).cloned();
        let value = match given {
            Some(0) if name != "pauseAfterFailures" => None,
            Some(given) => Some(given.into()),
            None => now,
        };
        if let Some(value) = value {
            limits.insert(name.to_owned(), value);
        }
    }
    limits.insert("expectedVersion".to_owned(), workflow["version"].clone());
    let limited = client.put(&format!("{path}/limits"), &Value::Object(limits)).await?;
    tell(client, &limited, show);
    Ok(())
}

/// The limits that the command line names.
#[derive(Debug, clap::Args)]
#[group(id = "workflow-limits")]
pub(super) struct Limits {
    /// How many runs it may start; 0: any number. Another number than before counts anew.
    #[arg(long, value_name = "RUNS")]
    max_runs: Option<u64>,
    /// How long its triggers start nothing after a run has begun, in milliseconds; 0: not at all.
    #[arg(long, value_name = "MS")]
    cooldown_ms: Option<u64>,
    /// After how many failed runs in a row its triggers stop; 0: never.
    #[arg(long, value_name = "RUNS")]
    pause_after_failures: Option<u64>,
}

/// Adds runs to what the workflow may start.
pub(super) async fn refill(client: &Client, id: &str, runs: u32) -> Result<(), Error> {
    let path = format!("/v1/workflows/{id}/refill");
    tell(client, &client.post(&path, &json!({ "runs": runs })).await?, show);
    Ok(())
}

/// Stops its automatic triggers.
pub(super) async fn pause(client: &Client, id: &str) -> Result<(), Error> {
    let paused = client.post(&format!("/v1/workflows/{id}/pause"), &json!({})).await?;
    tell(client, &paused, show);
    Ok(())
}

/// Lets its triggers start runs again; of one that paused by itself only when that was looked at.
pub(super) async fn resume(
    client: &Client,
    id: &str,
    acknowledge: Option<String>,
) -> Result<(), Error> {
    let path = format!("/v1/workflows/{id}");
    let body = acknowledge.map_or(json!({}), |reason| json!({ "acknowledge": reason }));
    match client.post(&format!("{path}/resume"), &body).await {
        Ok(workflow) => {
            tell(client, &workflow, show);
            Ok(())
        }
        Err(Error::Refused { problem, text }) => {
            let workflow = client.get(&path).await?;
            let Some(review) = workflow.get("review").filter(|_| !client.json) else {
                return Err(Error::Refused { problem, text });
            };
            Err(Error::Outcome(format!("{text}\n{}", checklist(review))))
        }
        Err(error) => Err(error),
    }
}

/// What a review lists, a line each.
fn checklist(review: &Value) -> String {
    let checks = review.get("checklist").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = checks
        .map(|check| match check.get("lookAt").and_then(Value::as_str) {
            Some(place) => format!("  - {} (GET {place})", text_of(check, "question")),
            None => format!("  - {}", text_of(check, "question")),
        })
        .collect();
    lines.join("\n")
}

/// A workflow in a line or two, with what is left of its runs.
fn show(workflow: &Value) {
    let status = match workflow.get("pauseReason").and_then(Value::as_str) {
        Some(reason) => format!("{} ({reason})", text_of(workflow, "status")),
        None => text_of(workflow, "status").to_owned(),
    };
    line(&format!("{}  {status}  {}", text_of(workflow, "id"), text_of(workflow, "name")));
    let number = |name| workflow.get(name).and_then(Value::as_u64);
    if let (Some(left), Some(all)) = (number("remainRuns"), number("maxRuns")) {
        let all = all + number("refilledRuns").unwrap_or_default();
        line(&format!("{left} of {all} runs are left"));
    }
    if let Some(cooldown) = number("cooldownMs") {
        line(&format!("triggers wait {cooldown} ms after a run has begun"));
    }
    match number("pauseAfterFailures") {
        Some(0) | None => {}
        Some(failures) => line(&format!("pauses after {failures} failed runs in a row")),
    }
}
