//! `wait`: goes on when somebody or something resumes it, or when its time is over.

use serde_json::{Value, json};

use super::field::{field, text, whole, wrong};
use super::logic::Done;
use crate::expression::Problem;

pub(super) const RESUMED: &str = "resumed";
pub(crate) const TIMED_OUT: &str = "timed_out";
pub(super) const BRANCHES: [&str; 2] = [RESUMED, TIMED_OUT];

/// The shortest wait: a second.
const MIN_WAIT_MS: u64 = 1_000;
/// The longest wait: seven days.
const MAX_WAIT_MS: u64 = 604_800_000;

/// What a wait node is given, read.
pub(crate) struct Wait {
    pub(crate) timeout_ms: u64,
}

impl Wait {
    pub(crate) fn read(payload: &Value) -> Result<Self, Problem> {
        let timeout_ms = whole(payload, "timeoutMs", MIN_WAIT_MS, MAX_WAIT_MS)?;
        text(payload, "triggerType")?;
        match field(payload, "triggerConfig") {
            Ok(Value::Object(_)) | Err(_) => Ok(Self { timeout_ms }),
            Ok(other) => Err(wrong("triggerConfig", "an object", other)),
        }
    }
}

/// What a wait gives when it was resumed.
pub(crate) fn resumed(input: &Value, data: &Value, source: &str) -> Done {
    let result = json!({
        "status": RESUMED,
        "triggerResult": data,
        "source": source,
        "timeoutMs": timeout(input),
    });
    Done { result, branch: Some(RESUMED.into()) }
}

/// What a wait gives when nobody resumed it in time.
pub(crate) fn timed_out(input: &Value) -> Done {
    let result = json!({
        "status": TIMED_OUT,
        "triggerResult": null,
        "source": null,
        "timeoutMs": timeout(input),
    });
    Done { result, branch: Some(TIMED_OUT.into()) }
}

fn timeout(input: &Value) -> Option<u64> {
    Wait::read(input).ok().map(|wait| wait.timeout_ms)
}
