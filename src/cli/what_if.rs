//! `chainkeel workflow what-if`: what would have become of the last runs under the draft.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{Client, Error, read_json};
use super::print::{line, print_json};
use super::workflow::text_of;

/// How many runs are shown one by one; the rest is in the sum.
const MAX_SHOWN: usize = 20;

/// Asks and shows it.
pub(super) async fn what_if(
    client: &Client,
    id: &str,
    last: Option<u8>,
    file: Option<PathBuf>,
) -> Result<(), Error> {
    let mut body = json!({});
    if let Some(last) = last {
        body["runs"] = last.into();
    }
    if let Some(file) = file {
        let mut json = read_json(&file)?;
        body["definition"] = json.get_mut("definition").map(Value::take).unwrap_or(json);
    }
    let tried = client.post(&format!("/v1/workflows/{id}/what-if"), &body).await?;
    if client.json {
        print_json(&tried);
    } else {
        show(&tried);
    }
    Ok(())
}

/// Shows it before a draft is published; a workflow without finished runs is passed over. What
/// keeps the question from being answered does not keep the draft from being published.
pub(super) async fn before_publication(client: &Client, id: &str) -> Result<(), Error> {
    let record = client.get(&format!("/v1/workflows/{id}")).await?;
    let is = |field: &str| record.get(field).and_then(Value::as_bool).unwrap_or_default();
    if !is("hasLiveVersion") || !is("hasDraft") {
        return Ok(());
    }
    match client.post(&format!("/v1/workflows/{id}/what-if"), &json!({})).await {
        Ok(tried) if runs(&tried).is_empty() => {}
        Ok(tried) => show(&tried),
        Err(error) => line(&format!("the last runs were not tried: {error}")),
    }
    Ok(())
}

fn show(tried: &Value) {
    let runs = runs(tried);
    let version = tried.get("liveVersion").and_then(Value::as_u64).unwrap_or_default();
    let noun = if runs.len() == 1 { "run" } else { "runs" };
    line(&format!("what if: {} finished {noun} of version {version}", runs.len()));
    for run in runs.iter().filter(|run| is_worth_telling(run)).take(MAX_SHOWN) {
        let verdict = text_of(run, "verdict").replace('_', " ");
        line(&format!("  {:<12} {}  {}", verdict, text_of(run, "runId"), text_of(run, "reason")));
        for node in run.get("calledAnew").and_then(Value::as_array).into_iter().flatten() {
            line(&format!("    {} would be called anew", node.as_str().unwrap_or_default()));
        }
        for other in run.get("otherInputs").and_then(Value::as_array).into_iter().flatten() {
            line(&format!("    {} would be called with other input", text_of(other, "node")));
        }
    }
    let summary = tried.get("summary").and_then(Value::as_object);
    let counts: Vec<String> = summary
        .into_iter()
        .flatten()
        .filter(|(_, count)| count.as_u64() > Some(0))
        .map(|(verdict, count)| format!("{count} {}", verdict.replace('_', " ")))
        .collect();
    line(&format!(
        "  {}",
        if counts.is_empty() { "no runs".to_owned() } else { counts.join(", ") }
    ));
}

fn is_worth_telling(run: &Value) -> bool {
    text_of(run, "verdict") != "same" || run.get("otherInputs").is_some()
}

fn runs(tried: &Value) -> &[Value] {
    tried.get("runs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
