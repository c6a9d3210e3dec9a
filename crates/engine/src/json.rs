//! JSON as it travels: shared, measured, and written in one way only.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};

/// A JSON value that travels between definition, run and facts. Cloning shares it.
pub type Json = Arc<Value>;

/// How many bytes of JSON a resolved payload, a node's result or a resume's data may take.
pub const MAX_VALUE_BYTES: usize = 256 * 1024;

/// How deeply a resolved payload, a node's result or a resume's data may be nested.
///
/// Readers of JSON text stop at 128 levels. A fact adds up to four of its own, and a value that
/// could be written and not read again would make its run unreadable for ever.
pub const MAX_VALUE_DEPTH: usize = 100;

/// Why a value is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// More than [`MAX_VALUE_BYTES`].
    #[error("takes more than {MAX_VALUE_BYTES} bytes of JSON: keep only what later nodes need")]
    Size,
    /// More than [`MAX_VALUE_DEPTH`].
    #[error("is nested more than {MAX_VALUE_DEPTH} levels deep: flatten it")]
    Depth,
}

/// Checks a value against [`MAX_VALUE_BYTES`] and [`MAX_VALUE_DEPTH`].
///
/// # Errors
/// Names the limit that the value exceeds.
pub fn within_limits(value: &Value) -> Result<(), Excess> {
    let mut left = MAX_VALUE_BYTES;
    measure(value, &mut left, MAX_VALUE_DEPTH)
}

/// What is left of `left` bytes after the value, give or take escapes.
pub(crate) fn spend_on(value: &Value, mut left: usize) -> Result<usize, Excess> {
    measure(value, &mut left, MAX_VALUE_DEPTH)?;
    Ok(left)
}

/// What is left of `left` bytes after a value of at most so many levels; none when it is larger.
pub(crate) fn within(value: &Value, mut left: usize, levels: usize) -> Option<usize> {
    measure(value, &mut left, levels).ok().map(|()| left)
}

/// The value, as long as there is room for it; what stands in its place when there is none says so.
pub(crate) fn kept_or_omitted(value: &Value, left: &mut usize, why: &str) -> Value {
    match spend_on(value, *left) {
        Ok(rest) => {
            *left = rest;
            value.clone()
        }
        Err(_) => serde_json::json!({ "$omitted": why }),
    }
}

/// Whether a value has more than `levels` levels; looks no deeper than that.
pub(crate) fn deeper_than(value: &Value, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| deeper_than(item, left)),
        Value::Object(fields) => fields.values().any(|field| deeper_than(field, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn measure(value: &Value, left: &mut usize, depth: usize) -> Result<(), Excess> {
    let Some(below) = depth.checked_sub(1) else { return Err(Excess::Depth) };
    match value {
        Value::Null | Value::Bool(_) => spend(left, 5),
        Value::Number(number) => {
            spend(left, if number.is_f64() { 17 } else { 1 + digits(number.as_u64()) })
        }
        Value::String(text) => spend(left, text.len() + 3),
        Value::Array(items) => {
            spend(left, 2)?;
            items.iter().try_for_each(|item| measure(item, left, below))
        }
        Value::Object(fields) => {
            spend(left, 2)?;
            fields.iter().try_for_each(|(key, field)| {
                spend(left, key.len() + 4)?;
                measure(field, left, below)
            })
        }
    }
}

fn digits(number: Option<u64>) -> usize {
    number.map_or(20, |number| number.checked_ilog10().map_or(1, |log| log as usize + 1))
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), Excess> {
    *left = left.checked_sub(bytes).ok_or(Excess::Size)?;
    Ok(())
}

/// Appends a value as a person wants to read it inside a text: strings bare, nothing for null,
/// everything else as JSON with sorted keys, so that the text does not depend on how the value's
/// keys happened to be ordered in memory.
pub(crate) fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            write_canonical(value, out);
        }
    }
}

/// Appends a value as JSON with sorted keys.
pub(crate) fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{value}");
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => write_object(fields, out),
    }
}

fn write_object(fields: &Map<String, Value>, out: &mut String) {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    out.push('{');
    for (index, (key, field)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        // A key is escaped as any JSON string is.
        let _ = write!(out, "{}:", Value::String(key.clone()));
        write_canonical(field, out);
    }
    out.push('}');
}
