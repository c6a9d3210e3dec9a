//! Reading the fields of a resolved payload.

use serde_json::{Map, Value};

use crate::expression::Problem;
use crate::failure::{Failure, FailureCategory};

impl Problem {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let place = match problem.path.as_str() {
            "" => "the payload".to_owned(),
            path => format!("the payload's {path}"),
        };
        let message = format!("{place} is not usable: {}", problem.message);
        Self::lasting(Self::INVALID_INPUT, FailureCategory::Validation, message)
    }
}

pub(super) fn object(payload: &Value) -> Result<&Map<String, Value>, Problem> {
    payload.as_object().ok_or_else(|| Problem::new("", "it must be an object"))
}

pub(super) fn array<'a>(payload: &'a Value, name: &str) -> Result<&'a [Value], Problem> {
    let value = field(payload, name)?;
    value.as_array().map(Vec::as_slice).ok_or_else(|| wrong(name, "a list", value))
}

pub(super) fn text<'a>(payload: &'a Value, name: &str) -> Result<&'a str, Problem> {
    let value = field(payload, name)?;
    value.as_str().ok_or_else(|| wrong(name, "a text", value))
}

pub(super) fn optional_text<'a>(
    payload: &'a Value,
    name: &str,
) -> Result<Option<&'a str>, Problem> {
    match object(payload)?.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text(payload, name).map(Some),
    }
}

/// Whether a mark is set; not, when it is left out. A text that says so counts, for expressions
/// inside a text make texts.
pub(super) fn flag(payload: &Value, name: &str) -> Result<bool, Problem> {
    match object(payload)?.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(
            other @ (Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)),
        ) => Err(wrong(name, "true or false", other)),
    }
}

/// A whole number from `least` to `most`; a text that is one counts, for expressions inside a
/// text make texts.
pub(super) fn whole(payload: &Value, name: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let value = field(payload, name)?;
    let number = match value {
        Value::Number(number) => number.as_u64().or_else(|| whole_float(number.as_f64()?)),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| wrong(name, &format!("a whole number from {least} to {most}"), value))
}

pub(super) fn field<'a>(payload: &'a Value, name: &str) -> Result<&'a Value, Problem> {
    object(payload)?
        .get(name)
        .ok_or_else(|| Problem::new(format!("/{name}"), "it is missing; add it"))
}

pub(super) fn wrong(name: &str, expected: &str, found: &Value) -> Problem {
    let found = match found {
        Value::Null => "null (does its expression name something that exists?)".to_owned(),
        Value::Bool(found) => found.to_string(),
        Value::Number(found) => found.to_string(),
        Value::String(found) if found.chars().count() <= 40 => format!("{found:?}"),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    Problem::new(format!("/{name}"), format!("it must be {expected}, and is {found}"))
}

/// JSON has one kind of number: 5.0 is as whole as 5.
fn whole_float(number: f64) -> Option<u64> {
    // Up to 2^53 a float is exactly the whole number that it shows.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    (number.fract() == 0.0 && (0.0..=EXACT).contains(&number)).then_some(number as u64)
}
