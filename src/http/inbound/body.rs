//! The body of a delivery, as a run is told of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Json;
use serde_json::{Map, Value, json};

use crate::http::extract::check_json;
use crate::http::problem::{Code, Problem};
use crate::triggers::webhook::Settings;

/// The body as `$trigger.body`: JSON as it is, a form or text as a string, nothing as the parameters
/// of the query or `{}`.
///
/// JSON that names a field twice is refused, so that nobody reads another field than whoever signed
/// it meant.
pub(in crate::http) fn read(
    settings: &Settings,
    method: &str,
    kind: Option<&str>,
    query: &BTreeMap<String, String>,
    bytes: &[u8],
) -> Result<Json, Problem> {
    let body = if bytes.is_empty() {
        let empty = || Value::Object(Map::new());
        if method == "GET" && !settings.query { json!(query) } else { empty() }
    } else {
        content(settings, kind, bytes)?
    };
    Ok(Arc::new(if settings.query { json!({"body": body, "query": query}) } else { body }))
}

fn content(settings: &Settings, kind: Option<&str>, bytes: &[u8]) -> Result<Value, Problem> {
    let kind = kind.filter(|kind| settings.takes_type(kind)).ok_or_else(|| {
        let message = if settings.content_types.is_empty() {
            "must be application/json, application/x-www-form-urlencoded or text".to_owned()
        } else {
            format!("must be {}", settings.content_types.join(" or "))
        };
        Problem::new(Code::UnsupportedMediaType).at("Content-Type", message)
    })?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(Code::InvalidJson).at("", "is not UTF-8"))?;
    if kind == "application/json" || kind.ends_with("+json") {
        check_json(text)?;
        let value = serde_json::from_str(text);
        return value.map_err(|error| Problem::new(Code::InvalidJson).at("", error));
    }
    if text.contains('\0') {
        return Err(Problem::new(Code::InvalidJson).at("", "must not hold a NUL character"));
    }
    Ok(Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(settings: &Value, kind: Option<&str>, bytes: &[u8]) -> Result<Json, Problem> {
        let settings = Settings::of("webhook", settings).expect("it takes deliveries");
        let query = BTreeMap::from([("shop".to_owned(), "a".to_owned())]);
        read(&settings.expect("settings"), "POST", kind, &query, bytes)
    }

    #[test]
    fn a_body_is_json_only_when_it_is_called_json() {
        let (nothing, bytes) = (json!({}), b"{\"a\":1}");
        for kind in ["application/json", "application/cloudevents+json"] {
            assert_eq!(*of(&nothing, Some(kind), bytes).expect("JSON"), json!({"a": 1}));
        }
        assert_eq!(*of(&nothing, Some("text/plain"), bytes).expect("text"), json!("{\"a\":1}"));
        assert_eq!(*of(&nothing, None, b"").expect("nothing"), json!({}));
        assert!(of(&nothing, None, bytes).is_err());
        assert!(of(&nothing, Some("multipart/form-data"), bytes).is_err());
        assert!(of(&nothing, Some("text/plain"), b"a\0b").is_err());
        assert!(of(&nothing, Some("text/plain"), b"\xff").is_err());
        let twice = of(&nothing, Some("application/json"), br#"{"id":"a","i\u0064":"b"}"#);
        assert_eq!(twice.expect_err("a refusal").code(), Code::InvalidJson);
    }

    #[test]
    fn only_the_named_types_are_taken_where_some_are_named() {
        let xml = json!({"contentTypes": ["application/xml"]});
        assert_eq!(*of(&xml, Some("application/xml"), b"<a/>").expect("text"), json!("<a/>"));
        let refused = of(&xml, Some("application/json"), b"{}").expect_err("a refusal");
        assert_eq!(refused.code(), Code::UnsupportedMediaType);
    }

    #[test]
    fn the_query_stands_beside_the_body_where_it_is_asked_for() {
        let both = of(&json!({"query": true}), Some("application/json"), b"[1]").expect("both");
        assert_eq!(*both, json!({"body": [1], "query": {"shop": "a"}}));
    }
}
