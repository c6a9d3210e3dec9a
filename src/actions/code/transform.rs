//! From a payload to a worker's answer.

use std::path::PathBuf;
use std::time::Duration;

use engine::{Failure, FailureCategory, MAX_VALUE_BYTES, PayloadProblem};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::registry::invalid;
use super::super::{Action, Call, Lent, Performing};
use super::question::{Answer, Fault, FaultKind, Question};
use crate::confined::{Error, Pool, Trade};

/// How long a script may take when its payload says nothing.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long a script may take at most.
const MAX_TIMEOUT: Duration = Duration::from_secs(10);

/// What workers that run code are.
pub(super) static TRADE: Trade = Trade {
    command: "code-worker",
    // A value at its limit, with every character escaped, and the words around it.
    max_frame: 4 * MAX_VALUE_BYTES,
    // Whatever a script may have left behind in the interpreter's memory does not live long.
    calls: 64,
    longest: MAX_TIMEOUT,
    // The program itself, a script's memory several times over, and no more.
    address_space: 1024 * 1024 * 1024,
};

/// The action behind `code-transform`.
///
/// It changes nothing outside, so that a repetition does no harm; it may give something else, for
/// the code can ask for the time and for random numbers.
pub(in crate::actions) struct CodeTransform {
    pool: Pool,
}

/// The payload, as its schema has let it pass.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    code: String,
    input: Value,
    timeout: Option<u64>,
    input_type: Option<Value>,
    output_type: Option<Value>,
}

impl CodeTransform {
    pub(in crate::actions) const TYPE: &'static str = "code-transform";

    /// `program` is the path of our own program, which is started again to run code.
    pub(in crate::actions) fn new(program: PathBuf) -> Self {
        Self { pool: Pool::new(program, &TRADE) }
    }
}

impl Action for CodeTransform {
    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(async move {
            let payload = Payload::deserialize(&*call.input).map_err(|error| {
                invalid(&[PayloadProblem { path: String::new(), message: error.to_string() }])
            })?;
            let own = payload.timeout.map_or(TIMEOUT, Duration::from_millis);
            let timeout = own.min(MAX_TIMEOUT).min(call.timeout);
            let question = Question {
                code: payload.code,
                input: payload.input,
                input_type: payload.input_type,
                output_type: payload.output_type,
                timeout_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
            };
            match self.pool.ask(&question, timeout).await {
                Ok(Answer::Output(output)) => Ok(json!({ "output": output }).into()),
                Ok(Answer::Fault(fault)) => Err(failure(fault)),
                Err(error) => Err(no_answer(&error, question.timeout_ms)),
            }
        })
    }
}

/// The failure of a script.
fn failure(fault: Fault) -> Failure {
    let Fault { kind, message, line } = fault;
    let place = line.map(|line| format!(" in line {line}")).unwrap_or_default();
    let (code, told) = match kind {
        FaultKind::Time => return overdue(message),
        FaultKind::Syntax => ("code_syntax", format!("the code cannot be read{place}: {message}")),
        FaultKind::NoTransform => ("code_no_transform", message),
        FaultKind::Threw => ("code_threw", format!("the code threw{place}: {message}")),
        FaultKind::Memory => ("code_memory", message),
        FaultKind::Output => ("code_output", format!("the output is no result: {message}")),
        FaultKind::InputType => {
            ("code_input_type", format!("the input does not fit `inputType`: {message}"))
        }
        FaultKind::OutputType => {
            ("code_output_type", format!("the output does not fit `outputType`: {message}"))
        }
    };
    let details = line.map(|line| json!({ "line": line }).into());
    Failure { details, ..Failure::lasting(code, FailureCategory::Validation, told) }
}

fn no_answer(error: &Error, timeout_ms: u64) -> Failure {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error {
        Error::Overdue => overdue(format!("the code did not end within {timeout_ms} ms")),
        Error::Start(_) => {
            tracing::error!("{error}: {source}");
            let message = "no process for the code could be started: ask the operator";
            Failure::passing("code_worker", FailureCategory::Internal, message)
        }
        Error::Lost(_) => {
            tracing::warn!("{error}: {source}");
            let message = "the process that ran the code ended before it had a result";
            Failure::passing("code_worker", FailureCategory::Internal, message)
        }
    }
}

fn overdue(message: String) -> Failure {
    Failure::passing("timeout", FailureCategory::Timeout, message)
}
