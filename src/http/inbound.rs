//! Where the outside starts runs: one URL a workflow, with a secret in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{Data, Path, Payload};
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use engine::{Json, Trigger};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::access::{Principal, WebhookSecrets};
use crate::actors::StartRun;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, check_json, read_bytes};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::order;
use crate::primitives::{RunId, WorkflowId};

/// Headers by which senders name a delivery, so that its repetition starts no second run.
const DELIVERY_IDS: [&str; 3] = ["idempotency-key", "webhook-id", "x-github-delivery"];
/// How long a delivery's name is kept as it is; a longer one is kept as its hash.
const MAX_DELIVERY_ID: usize = 128;
/// How many headers reach the trigger, and how long one may be: for routing, not for data.
const MAX_HEADERS: usize = 64;
const MAX_HEADER: usize = 4 * 1024;
/// When a delivery may come again that could not be taken in.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// Starts a run of the workflow that listens under this URL. The body may be JSON, a form or text.
/// A delivery that names itself (`Idempotency-Key`, `webhook-id` or `X-GitHub-Delivery`) starts
/// one run, however often it is repeated.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{secret}",
    tag = "webhooks",
    security(()),
    params(("secret" = String, Path, description = "The secret in the workflow's webhook URL")),
    request_body(content = Object, description = "Anything: JSON, a form or text, up to 1 MiB"),
    responses(
        (status = 202, description = "A run has begun, or the workflow is cooling down", body = Envelope<Taken>),
        (status = 404, description = "No live workflow listens here", body = Document),
        (status = 413, description = "The body is larger than 1 MiB", body = Document),
        (status = 415, description = "The body is neither JSON nor a form nor text", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn webhook(
    api: Data<Api>,
    secret: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Answer<Taken>, Problem> {
    let unknown = || Problem::new(Code::WebhookNotFound);
    let hash = WebhookSecrets::hash_of(&secret);
    let (organization, workflow) = api.desk.listener(&hash).ok_or_else(unknown)?;
    let bytes = read_bytes(&request, payload.into_inner()).await?;
    let body = body(content_type(&request).as_deref(), &bytes)?;
    let trigger = Trigger {
        kind: "webhook".to_owned(),
        source: "webhook".to_owned(),
        body: Arc::clone(&body),
        headers: harmless(request.headers()),
    };
    let claim = delivery(workflow, request.headers());
    let who = Principal::webhook(organization, workflow);
    // The claim is what makes a delivery unique; a receipt would forget it after a day.
    let key = IdempotencyKey { key: None, ..IdempotencyKey::extract(&request).await? };
    let turn = Turn::take(&api, &who, key, "").await?;
    let start = |run| StartRun { run, workflow, trigger, input: body, claim, parent: None };
    let begun = order::begin(&api, &who, turn, async |run, context| {
        api.desk.start(start(run), context).await
    });
    match begun.await {
        Ok(begun) => Ok(begun.map(|begun| Taken { run_id: Some(begun.run_id), skipped: None })),
        // It was taken in and passed over: a sender that tried again would find the same.
        Err(problem) if matches!(problem.code(), Code::CoolingDown) => {
            Ok(Answer::accepted(Taken { run_id: None, skipped: Some("cooling_down") }))
        }
        Err(problem) => Err(hide(problem)),
    }
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// The run that has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: Option<RunId>,
    /// Why none has begun, though the delivery was taken in: `cooling_down`.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'static str>,
}

/// Strangers are not told why nobody listens.
fn hide(problem: Problem) -> Problem {
    let closed = [Code::WorkflowNotFound, Code::WorkflowRefuses, Code::RunsUsedUp];
    if closed.contains(&problem.code()) {
        return Problem::new(Code::WebhookNotFound);
    }
    // Nor how the organization stands: the delivery may come again later.
    if matches!(problem.code(), Code::CuExhausted) {
        return Problem::new(Code::Busy).retry_after(RETRY_AFTER);
    }
    problem
}

fn content_type(request: &HttpRequest) -> Option<String> {
    let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Some(kind.split(';').next().unwrap_or_default().trim().to_lowercase())
}

/// The body as `$trigger.body`: JSON as it is, a form or text as a string, nothing as `{}`.
fn body(kind: Option<&str>, bytes: &Bytes) -> Result<Json, Problem> {
    if bytes.is_empty() {
        return Ok(Arc::new(Value::Object(Map::new())));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(Code::InvalidJson).at("", "is not UTF-8"))?;
    match kind {
        Some(kind) if kind == "application/json" || kind.ends_with("+json") => {
            check_json(text)?;
            let value = serde_json::from_str(text);
            Ok(Arc::new(value.map_err(|error| Problem::new(Code::InvalidJson).at("", error))?))
        }
        Some(kind) if kind == "application/x-www-form-urlencoded" || kind.starts_with("text/") => {
            if text.contains('\0') {
                return Err(Problem::new(Code::InvalidJson).at("", "must not hold a NUL character"));
            }
            Ok(Arc::new(Value::String(text.to_owned())))
        }
        Some(_) | None => Err(Problem::new(Code::UnsupportedMediaType).at(
            "Content-Type",
            "must be application/json, application/x-www-form-urlencoded or text",
        )),
    }
}

/// The headers without those that hold secrets: these never reach the ledger.
fn harmless(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter(|(name, _)| !is_sensitive(name.as_str()))
        .filter(|(_, value)| value.len() <= MAX_HEADER)
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .take(MAX_HEADERS)
        .collect()
}

fn is_sensitive(name: &str) -> bool {
    const EXACT: [&str; 5] =
        ["authorization", "proxy-authorization", "cookie", "set-cookie", "forwarded"];
    const PARTS: [&str; 8] =
        ["token", "secret", "signature", "api-key", "apikey", "password", "credential", "-auth"];
    EXACT.contains(&name) || PARTS.iter().any(|part| name.contains(part))
}

/// What identifies a delivery within the organization, when its sender names it.
fn delivery(workflow: WorkflowId, headers: &HeaderMap) -> Option<String> {
    let (header, value) = DELIVERY_IDS
        .iter()
        .find_map(|header| Some((header, headers.get(*header)?.as_bytes())))
        .filter(|(_, value)| !value.is_empty())?;
    let plain = std::str::from_utf8(value)
        .ok()
        .filter(|text| text.len() <= MAX_DELIVERY_ID && text.bytes().all(|b| b.is_ascii_graphic()));
    let name = match plain {
        Some(text) => text.to_owned(),
        None => format!("sha256:{:x}", Sha256::digest(value)),
    };
    Some(format!("webhook:{workflow}:{header}:{name}"))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn headers_that_hold_secrets_are_dropped() {
        let kept = harmless(&headers(&[
            ("authorization", "Bearer x"),
            ("cookie", "a=b"),
            ("x-api-key", "k"),
            ("x-hub-signature-256", "s"),
            ("x-gitlab-token", "t"),
            ("x-github-event", "push"),
            ("content-type", "application/json"),
        ]));
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["content-type", "x-github-event"]);
    }

    #[test]
    fn a_body_is_json_only_when_it_is_called_json() {
        let bytes = Bytes::from_static(b"{\"a\":1}");
        assert_eq!(*body(Some("application/json"), &bytes).expect("JSON"), json!({"a": 1}));
        assert_eq!(
            *body(Some("application/cloudevents+json"), &bytes).expect("JSON"),
            json!({"a": 1})
        );
        assert_eq!(*body(Some("text/plain"), &bytes).expect("text"), json!("{\"a\":1}"));
        assert_eq!(*body(None, &Bytes::new()).expect("nothing"), json!({}));
        assert!(body(None, &bytes).is_err());
        assert!(body(Some("multipart/form-data"), &bytes).is_err());
        assert!(body(Some("text/plain"), &Bytes::from_static(b"a\0b")).is_err());
        assert!(body(Some("text/plain"), &Bytes::from_static(b"\xff")).is_err());
    }

    #[test]
    fn a_delivery_is_known_by_the_name_its_sender_gave_it() {
        let workflow = WorkflowId::generate();
        let name = |pairs| delivery(workflow, &headers(pairs));
        assert_eq!(name(&[]), None);
        assert_eq!(
            name(&[("x-github-delivery", "72d3162e")]),
            Some(format!("webhook:{workflow}:x-github-delivery:72d3162e"))
        );
        let long: &'static str = "a b";
        assert!(name(&[("webhook-id", long)]).is_some_and(|name| name.contains("sha256:")));
    }
}
