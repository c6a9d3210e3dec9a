//! A schema together with all that it leads to, as one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::{MAX_BUNDLE_BYTES, Unusable};
use super::name::Reference;

/// Puts the schemas that a schema leads to into its `$defs`, each under its reference and with that
/// as its address, so that references are resolved within the document and nowhere else.
pub fn bundle(schema: &Value, others: BTreeMap<Reference, Value>) -> Result<Value, Unusable> {
    if others.is_empty() {
        return Ok(schema.clone());
    }
    // `true` and `false` lead nowhere.
    let Value::Object(whole) = schema else { return Ok(schema.clone()) };
    let mut whole = whole.clone();
    let definitions = whole.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(definitions) = definitions else {
        return Err(Unusable::at("/$defs", "holds schemas by their names"));
    };
    for (reference, mut other) in others {
        let address = reference.to_string();
        if let Value::Object(rules) = &mut other {
            rules.insert("$id".to_owned(), address.clone().into());
        } else if other == Value::Bool(false) {
            // A schema that is no object gets one that says the same.
            other = json!({ "$id": address, "not": {} });
        } else {
            other = json!({ "$id": address });
        }
        definitions.insert(address, other);
    }
    let whole = Value::Object(whole);
    if whole.to_string().len() > MAX_BUNDLE_BYTES {
        let problem =
            format!("with all that it leads to, a schema has at most {MAX_BUNDLE_BYTES} bytes");
        return Err(Unusable::at("", problem));
    }
    Ok(whole)
}
