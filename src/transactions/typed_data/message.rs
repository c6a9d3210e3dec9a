//! The message of a document in the one way in which it is written here: numbers in decimals,
//! bytes in small hexadecimal digits, and no field that is not signed.

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::hex;
use serde_json::{Map, Value, json};

use super::InvalidDocument;

/// The message, from what its types make of it and what was given.
pub(super) fn written(
    value: &DynSolValue,
    given: &Value,
    at: &str,
) -> Result<Value, InvalidDocument> {
    match value {
        DynSolValue::Bool(it) => Ok(json!(it)),
        DynSolValue::Int(it, _) => Ok(json!(it.to_string())),
        DynSolValue::Uint(it, _) => Ok(json!(it.to_string())),
        DynSolValue::FixedBytes(word, size) => {
            // Shorter and longer texts would be filled up and cut.
            let digits = given.as_str().map(|text| text.strip_prefix("0x").unwrap_or(text).len());
            if digits != Some(2 * size) {
                return Err(InvalidDocument::at(at, format!("expected {size} bytes")));
            }
            Ok(json!(hex::encode_prefixed(&word[..*size])))
        }
        DynSolValue::Address(it) => Ok(json!(hex::encode_prefixed(it))),
        DynSolValue::Bytes(it) => Ok(json!(hex::encode_prefixed(it))),
        DynSolValue::String(it) => Ok(json!(it)),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) => {
            let given = given.as_array().filter(|given| given.len() == items.len());
            let given = given.ok_or_else(|| InvalidDocument::at(at, "expected a list"))?;
            let pairs = items.iter().zip(given).enumerate();
            pairs
                .map(|(index, (item, given))| written(item, given, &format!("{at}/{index}")))
                .collect()
        }
        DynSolValue::CustomStruct { prop_names, tuple, .. } => {
            let given = given.as_object();
            let given = given.ok_or_else(|| InvalidDocument::at(at, "expected an object"))?;
            if let Some(stray) = given.keys().find(|key| !prop_names.contains(key)) {
                let problem = "its type has no such field, so that it would not be signed";
                return Err(InvalidDocument::at(&format!("{at}/{stray}"), problem));
            }
            let mut fields = Map::new();
            for (name, value) in prop_names.iter().zip(tuple) {
                let at = format!("{at}/{name}");
                let given = given.get(name).unwrap_or(&Value::Null);
                fields.insert(name.clone(), written(value, given, &at)?);
            }
            Ok(Value::Object(fields))
        }
        DynSolValue::Function(_) | DynSolValue::Tuple(_) => {
            Err(InvalidDocument::at(at, "documents have no values of this type"))
        }
    }
}
