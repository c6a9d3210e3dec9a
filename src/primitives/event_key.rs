//! By which key events belong together.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::hex;

/// The longest key that stands for itself, in bytes.
const MAX_KEY: usize = 128;

/// The key that an event has, as it was found in it; none where that is nothing, a list or an object.
/// A key that is empty, too long, or more than printable ASCII counts by its hash.
pub fn event_key(found: &Value) -> Option<String> {
    let text = match found {
        Value::String(text) => text.clone(),
        value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let plain = (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
    Some(if plain { text } else { format!("sha256:{}", hex(&Sha256::digest(text))) })
}
