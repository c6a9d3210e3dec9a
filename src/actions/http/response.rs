//! From a response to a node's result.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{Failure, FailureCategory, Json};
use serde_json::{Value, json};

use super::exact;
use super::request::ResponseType;
use crate::egress::{HeaderMap, Response, header};
use crate::secrets::Mask;

/// The result of a node whose request was answered as expected.
pub(super) fn result(
    response: &Response,
    wanted: Option<ResponseType>,
    taken: Duration,
    mask: &Mask,
) -> Result<Json, Failure> {
    let mut result = json!({
        "status": response.status.as_u16(),
        "headers": headers(&response.headers),
        "durationMs": u64::try_from(taken.as_millis()).unwrap_or(u64::MAX),
    });
    match wanted {
        Some(ResponseType::Json) => result["body"] = strictly(response)?,
        Some(ResponseType::Text) => put_text(&mut result, response, mask),
        None => match as_announced(response) {
            Some(body) => result["body"] = body,
            None => put_text(&mut result, response, mask),
        },
    }
    Ok(result.into())
}

/// The body as JSON, since the author said that it is.
fn strictly(response: &Response) -> Result<Value, Failure> {
    if response.body.is_empty() {
        return Ok(Value::Null);
    }
    exact::read(&response.body).map_err(|problem| {
        let message = format!(
            "the response (status {}) cannot be read as JSON: {problem}; with the `responseType` \
             `text` it is given as it is",
            response.status.as_u16()
        );
        Failure::lasting("response_unreadable", FailureCategory::Service, message)
    })
}

/// The body as JSON if its content type says so and it is, and null if there is none.
fn as_announced(response: &Response) -> Option<Value> {
    if response.body.is_empty() {
        return Some(Value::Null);
    }
    let content_type = response.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = kind == "application/json" || kind == "text/json" || kind.ends_with("+json");
    if is_json { exact::read(&response.body).ok() } else { None }
}

/// The body as text; as base64 where it is none, or one that the ledger cannot keep.
fn put_text(result: &mut Value, response: &Response, mask: &Mask) {
    if let Some(text) = text(&response.body) {
        result["body"] = text.into();
    } else {
        // Covered before it is encoded: what is written twice over is not found again.
        result["body"] = BASE64_STANDARD.encode(mask.bytes(&response.body)).into();
        result["bodyEncoding"] = "base64".into();
    }
}

/// Bytes as a text that PostgreSQL keeps: UTF-8 without U+0000.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    let text = str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\0') { None } else { Some(text) }
}

/// The headers that a run's history may keep, in lower case.
fn headers(all: &HeaderMap) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::<String, String>::new();
    for (name, value) in all.iter().filter(|(name, _)| !may_hold_secret(name.as_str())) {
        let value = String::from_utf8_lossy(value.as_bytes());
        match kept.get_mut(name.as_str()) {
            Some(before) => *before = format!("{before}, {value}"),
            None => _ = kept.insert(name.as_str().to_owned(), value.into_owned()),
        }
    }
    kept
}

/// Whether a header of this (lower-case) name is one that hands out or asks for credentials.
pub(super) fn may_hold_secret(name: &str) -> bool {
    const PARTS: [&str; 7] =
        ["cookie", "auth", "token", "secret", "api-key", "apikey", "signature"];
    PARTS.iter().any(|part| name.contains(part))
}
