//! `fail`: ends the run with a failure of the author's.

use serde_json::Value;

use super::field::{optional_text, text};
use crate::expression::Problem;
use crate::failure::{Failure, FailureCategory};

/// The code where the author gives none.
const CODE: &str = "failed";

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    failure(payload).map(drop)
}

pub(super) fn failure(input: &Value) -> Result<Failure, Problem> {
    let message = text(input, "message")?;
    let code = optional_text(input, "code")?.filter(|code| !code.is_empty()).unwrap_or(CODE);
    Ok(Failure::lasting(code, FailureCategory::Validation, message).limited())
}
