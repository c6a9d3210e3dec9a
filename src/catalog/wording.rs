//! Problems in words that an author can act on.

use engine::PayloadProblem;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// How many names a message lists before it says "and more".
const MAX_NAMES: usize = 20;

/// A validator's error as one problem, or one for each unknown field.
pub(super) fn problems(error: &ValidationError<'_>, schema: &Value) -> Vec<PayloadProblem> {
    let path = error.instance_path().as_str();
    if let Kind::AdditionalProperties { unexpected } = error.kind() {
        let known = known_fields(error, schema);
        let problem = |name: &String| PayloadProblem {
            path: crate::primitives::pointer::below(path, name),
            message: format!("`{name}` is not known here: {known}"),
        };
        return unexpected.iter().map(problem).collect();
    }
    let message = with_example(message(error, schema), error, schema);
    vec![PayloadProblem { path: path.to_owned(), message }]
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are the validator's, and most of its keywords are rare in our schemas"
)]
fn message(error: &ValidationError<'_>, schema: &Value) -> String {
    match error.kind() {
        Kind::Required { property } => format!("{} is missing", quoted(property)),
        Kind::Type { kind } => {
            format!("expected {}, found {}", types(kind), article(error.instance()))
        }
        Kind::Enum { options } => format!("expected one of {}", list(options)),
        Kind::Constant { expected_value } => format!("expected {}", quoted(expected_value)),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MinLength { limit: 1 } => "must not be empty".into(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit: 1 } => "must have at least one item".into(),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit: 1 } => {
            format!("must not be empty: {}", known_fields(error, schema))
        }
        Kind::MaxProperties { limit: 1 } => "must have one field only".into(),
        Kind::MaxProperties { limit } => format!("must have at most {limit} fields"),
        Kind::Pattern { pattern } => format!("does not have the form {pattern}"),
        Kind::Format { format } => format!("is not a valid {format}"),
        Kind::PropertyNames { error } => {
            format!("has a field whose name {}", message(error, schema))
        }
        Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } => match alternatives(error, schema) {
            Some(names) => format!("one of {names} is missing"),
            None => "fits none of the forms that it may have".into(),
        },
        Kind::OneOfMultipleValid { .. } => match alternatives(error, schema) {
            Some(names) => format!("give only one of {names}"),
            None => "fits several of the forms of which it may have one".into(),
        },
        // The validator's own words; without the value, which may be a secret.
        _ => error.masked().to_string(),
    }
}

/// Appends the first of the schema's own examples, which shows the form best.
fn with_example(message: String, error: &ValidationError<'_>, schema: &Value) -> String {
    match owner(error, schema).and_then(|owner| owner.get("examples")?.get(0)) {
        Some(example) => format!("{message}; for example {}", quoted(example)),
        None => message,
    }
}

/// The subschema whose keyword was broken.
fn owner<'a>(error: &ValidationError<'_>, schema: &'a Value) -> Option<&'a Value> {
    let (owner, _keyword) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(owner)
}

/// The fields that the broken subschema knows.
fn known_fields(error: &ValidationError<'_>, schema: &Value) -> String {
    let known = owner(error, schema).and_then(|owner| owner.get("properties")?.as_object());
    match known {
        Some(known) if !known.is_empty() => format!("known are {}", names(known.keys())),
        Some(_) | None => "it takes no fields".into(),
    }
}

/// The names of the fields, one of which the broken keyword requires.
fn alternatives(error: &ValidationError<'_>, schema: &Value) -> Option<String> {
    let alternatives = schema.pointer(error.schema_path().as_str())?.as_array()?;
    let required = |alternative: &Value| -> Option<String> {
        Some(alternative.get("required")?.get(0)?.as_str()?.to_owned())
    };
    let required: Option<Vec<_>> = alternatives.iter().map(required).collect();
    Some(names(required?.iter()))
}

fn names<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = if names.len() > MAX_NAMES { " and more" } else { "" };
    let names: Vec<_> = names.take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    names.join(", ") + more
}

fn list(options: &Value) -> String {
    let options: Vec<_> = options.as_array().into_iter().flatten().map(quoted).collect();
    options.join(", ")
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!("`{value}`")
        }
    }
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(kind) => vec![kind.to_string()],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
    };
    names.iter().map(|name| named(name)).collect::<Vec<_>>().join(" or ")
}

fn named(kind: &str) -> String {
    match kind {
        "array" | "integer" | "object" => format!("an {kind}"),
        "null" => "null".into(),
        _ => format!("a {kind}"),
    }
}

fn article(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
