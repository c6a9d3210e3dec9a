//! `call-workflow` runs another workflow and goes on with what it gives; `trigger-workflow` goes on
//! as soon as the other run has begun.

use serde_json::{Value, json};

use super::field::{object, text, whole, wrong};
use super::logic::Done;
use super::wait::MAX_WAIT_MS;
use crate::expression::Problem;
use crate::failure::{Failure, FailureCategory};

/// Where a resumption comes from when the called run has ended.
pub(crate) const CALLED_RUN: &str = "run";

/// How long a run may take to begin, in milliseconds.
const BEGINNING_MS: u64 = 300_000;

/// How long the node waits for a run to begin, in milliseconds.
pub(super) fn beginning(payload: &Value) -> Result<u64, Problem> {
    patience(payload)?;
    match object(payload)?.get("timeoutMs") {
        None => Ok(BEGINNING_MS),
        Some(_) => Err(Problem::new(
            "/timeoutMs",
            "nobody waits for the triggered run: use call-workflow to wait for it, or remove it",
        )),
    }
}

/// What a node gives when the run that it triggered has begun. `data` is
/// `{runId, at}`, or `{failure}` when it could not begin.
pub(super) fn triggered(input: &Value, data: &Value) -> Result<Done, Failure> {
    if data.get("failure").is_some() {
        return returned(data);
    }
    let given = |name: &str| data.get(name).cloned().unwrap_or_default();
    let result = json!({
        "triggeredWorkflowId": input.get("workflowId"),
        "triggeredRunId": given("runId"),
        "runStatus": "running",
        "triggeredAt": given("at"),
    });
    Ok(Done { result, branch: None })
}

/// How long the called run may take, in milliseconds.
pub(super) fn patience(payload: &Value) -> Result<u64, Problem> {
    text(payload, "workflowId")?;
    match object(payload)?.get("payload") {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(other) => return Err(wrong("payload", "an object", other)),
    }
    match object(payload)?.get("timeoutMs") {
        None | Some(Value::Null) => Ok(MAX_WAIT_MS),
        Some(_) => whole(payload, "timeoutMs", 1, MAX_WAIT_MS),
    }
}

/// What a node gives when the run that it called has ended. `data` is how that run ended:
/// `{runId, status, output, failure}`.
pub(super) fn returned(data: &Value) -> Result<Done, Failure> {
    let run = data.get("runId").and_then(Value::as_str).unwrap_or_default();
    let part = |name: &str| data.get(name).cloned().unwrap_or_default();
    if data.get("status").and_then(Value::as_str) == Some("success") {
        let result = json!({ "runId": run, "status": "success", "output": part("output") });
        return Ok(Done { result, branch: None });
    }
    let status = data.get("status").and_then(Value::as_str).unwrap_or("failure");
    let failure: Option<Failure> = serde_json::from_value(part("failure")).ok();
    let (code, category, why) = if let Some(failure) = failure {
        (failure.code, failure.category, failure.message)
    } else {
        let why = format!("it ended with status {status}");
        (Failure::CHILD_FAILED.to_owned(), FailureCategory::Validation, why)
    };
    let message = match run {
        "" => format!("the called workflow could not be run: {why}"),
        run => format!("the called run {run} did not succeed: {why}"),
    };
    let details = json!({ "runId": run, "status": status, "code": code });
    Err(Failure { details: Some(details.into()), ..Failure::lasting(code, category, message) }
        .limited())
}
