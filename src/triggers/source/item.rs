//! What of a source starts a run, and what the run is told.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::place;
use crate::catalog::{Sent, Source};

/// Something that happened at a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What the source calls it; empty where it does not.
    pub id: String,
    /// What a run is told.
    pub body: Value,
}

/// The item in a delivery, where it is one that counts. The error says what cannot be read.
pub fn of_delivery(
    source: &Source,
    sent: &Sent,
    settings: &Value,
    headers: &BTreeMap<String, String>,
    body: &Value,
) -> Result<Option<Value>, String> {
    let unformed;
    let body = match (&sent.form_field, body) {
        (Some(field), Value::String(form)) => {
            unformed = unform(form, field)?;
            &unformed
        }
        (Some(_) | None, body) => body,
    };
    let Some(item) = body.pointer(&sent.item) else { return Ok(None) };
    Ok(counts(source, settings, headers, body).then(|| told(source, item)))
}

/// The JSON in a field of a form.
fn unform(form: &str, field: &str) -> Result<Value, String> {
    let mut found = url::form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| name == field);
    let (Some((_, text)), None) = (found.next(), found.next()) else {
        return Err(format!("the form must have the field `{field}` once"));
    };
    serde_json::from_str(&text).map_err(|error| format!("the field `{field}`: {error}"))
}

/// Whether what stands in a value is what the source asks for.
pub(super) fn counts(
    source: &Source,
    settings: &Value,
    headers: &BTreeMap<String, String>,
    value: &Value,
) -> bool {
    source.wanted.iter().all(|(place, texts)| {
        let known = |name: &str| place::setting(settings, name).map(Into::into);
        let texts: Vec<String> =
            texts.iter().filter_map(|text| place::filled(text, known)).collect();
        if texts.is_empty() {
            return true;
        }
        let found = match place.strip_prefix("header:") {
            Some(name) => headers.get(name).cloned(),
            // What is not there is the empty text.
            None => Some(place::text(value, place).unwrap_or_default()),
        };
        // A setting that is a list asks for one of its elements.
        let any = |found: &String| texts.iter().any(|text| text.split(',').any(|it| it == found));
        found.as_ref().is_some_and(any)
    })
}

/// What a run is told of an item.
pub(super) fn told(source: &Source, item: &Value) -> Value {
    if source.fields.is_empty() {
        return item.clone();
    }
    let field = |(name, path): (&String, &String)| {
        (name.clone(), item.pointer(path).cloned().unwrap_or_default())
    };
    let mut told: Map<String, Value> = source.fields.iter().map(field).collect();
    told.insert("raw".to_owned(), item.clone());
    Value::Object(told)
}
