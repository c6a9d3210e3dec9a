//! What a worker that runs code is asked, and what it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a worker is asked to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) code: String,
    pub(super) input: Value,
    pub(super) input_type: Option<Value>,
    pub(super) output_type: Option<Value>,
    pub(super) timeout_ms: u64,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// What `transform` returned.
    Output(Value),
    /// Why there is nothing.
    Fault(Fault),
}

/// Why a script gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// For the author; it may hold what the script threw.
    pub(super) message: String,
    /// The line of the code, from 1, where it is known.
    pub(super) line: Option<u32>,
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FaultKind {
    /// The code cannot be read.
    Syntax,
    /// It defines no `transform`.
    NoTransform,
    /// It threw.
    Threw,
    /// It took more memory than it may.
    Memory,
    /// It took longer than it may.
    Time,
    /// What it returned cannot be a result.
    Output,
    /// The input does not fit the `inputType`, or that is no schema.
    InputType,
    /// The output does not fit the `outputType`, or that is no schema.
    OutputType,
}
