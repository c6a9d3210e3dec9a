//! Turns values into the types that a schema asks for, where nothing is lost by it: texts that are
//! numbers, `true`, `false`, or nothing; numbers and truths where texts are wanted.
//!
//! Alternatives (`anyOf`, `oneOf`, `if`) are left alone: which of them is meant, nobody has said.

use serde_json::{Number, Value};

use crate::schemas::Part;

/// Turns what can be turned; whether anything was.
pub(super) fn coerce(bundle: &Value, data: &mut Value) -> bool {
    inside(&[Part::whole(bundle)], data)
}

fn inside(schemas: &[Part<'_>], data: &mut Value) -> bool {
    let mut parts = Vec::new();
    for schema in schemas {
        // A reference that leads nowhere is told when the value is checked.
        parts.extend(schema.conjuncts().unwrap_or_default());
    }
    let mut is_turned = turn(&parts, data);
    match data {
        Value::Object(fields) => {
            for (name, value) in fields {
                let field = parts.iter().filter_map(|part| {
                    let own = part.get("properties").and_then(|fields| fields.get(name));
                    let is_plain = part.get("patternProperties").is_none();
                    let rest = || part.get("additionalProperties").filter(|_| is_plain);
                    own.or_else(rest).map(|node| part.beside(node))
                });
                is_turned |= inside(&field.collect::<Vec<_>>(), value);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter_mut().enumerate() {
                let item = parts.iter().filter_map(|part| {
                    let own = part.get("prefixItems").and_then(|places| places.get(place));
                    own.or_else(|| part.get("items")).map(|node| part.beside(node))
                });
                is_turned |= inside(&item.collect::<Vec<_>>(), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    is_turned
}

/// Turns a value into the first type that is wanted and that it can become.
fn turn(parts: &[Part<'_>], data: &mut Value) -> bool {
    for part in parts {
        let Some(wanted) = part.get("type") else { continue };
        let wanted: Vec<&str> = match wanted {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => continue,
        };
        if wanted.iter().any(|kind| is_of(kind, data)) {
            continue;
        }
        if let Some(turned) = wanted.iter().find_map(|kind| turned(kind, data)) {
            *data = turned;
            return true;
        }
    }
    false
}

fn is_of(kind: &str, data: &Value) -> bool {
    match kind {
        "null" => data.is_null(),
        "boolean" => data.is_boolean(),
        "integer" => data.as_number().is_some_and(is_whole),
        "number" => data.is_number(),
        "string" => data.is_string(),
        "array" => data.is_array(),
        "object" => data.is_object(),
        _ => false,
    }
}

fn turned(kind: &str, data: &Value) -> Option<Value> {
    match (kind, data) {
        ("number", Value::String(text)) => number(text).map(Value::Number),
        ("integer", Value::String(text)) => number(text).filter(is_whole).map(Value::Number),
        ("boolean", Value::String(text)) if text == "true" => Some(Value::Bool(true)),
        ("boolean", Value::String(text)) if text == "false" => Some(Value::Bool(false)),
        ("null", Value::String(text)) if text.is_empty() => Some(Value::Null),
        ("string", Value::Number(number)) => Some(Value::String(number.to_string())),
        ("string", Value::Bool(truth)) => Some(Value::String(truth.to_string())),
        _ => None,
    }
}

/// A text that JSON would read as a number, and that reads back as the same text: `007` is none, and
/// no number of more digits than a number keeps.
fn number(text: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(text).ok()?;
    (number.to_string() == text).then_some(number)
}

fn is_whole(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|it| it.fract() == 0.0)
}
