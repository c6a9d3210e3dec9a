//! `set-variable`: gives a variable of the run another value.

use serde_json::{Value, json};

use super::field::{field, text};
use super::logic::Done;
use crate::expression::Problem;

/// The type's name: the run looks for it, to know its variables.
pub(crate) const SET_VARIABLE: &str = "set-variable";

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    text(payload, "name")?;
    field(payload, "value").map(drop)
}

pub(super) fn set(input: &Value) -> Result<Done, Problem> {
    let (name, value) = (text(input, "name")?, field(input, "value")?);
    Ok(Done { result: json!({ "name": name, "value": value }), branch: None })
}

/// Which variable has which value after a node of this type.
pub(crate) fn assigned(result: &Value) -> Option<(&str, &Value)> {
    Some((result.get("name")?.as_str()?, result.get("value")?))
}
