//! Every text of a JSON value, with its place: values, and the keys that may hold expressions.

use crate::primitives::pointer::below;
use serde_json::{Map, Value};

/// Calls `each` for every text, keys included.
pub(super) fn texts(value: &Value, path: &str, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => each(path, text),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                texts(item, &below(path, &number.to_string()), each);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let place = below(path, key);
                each(&place, key);
                texts(field, &place, each);
            }
        }
    }
}

/// The value with every text replaced: a text alone may become any value, a key stays a text.
pub(super) fn replace(
    value: &Value,
    text: &impl Fn(&str) -> Value,
    key: &impl Fn(&str) -> String,
) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(old) => text(old),
        Value::Array(items) => items.iter().map(|item| replace(item, text, key)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| (key(name), replace(field, text, key)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}
