//! From a payload to a request.

use std::time::{Duration, Instant};

use engine::{Failure, FailureCategory, Json, PayloadProblem};
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::super::registry::invalid;
use super::super::{Action, Call, Lent, Performing};
use super::{failure, response};
use crate::egress::{
    Egress, HeaderMap, HeaderName, HeaderValue, Method, Redirects, Request, Url, header,
};

/// Bytes of body that are taken unless the payload says less: what a node's result may hold,
/// with room for the headers.
const MAX_RESPONSE_BYTES: usize = 240 * 1024;

/// The header by which the other side recognises a repetition.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The action behind `http-request`.
pub(in crate::actions) struct HttpRequest {
    egress: Egress,
}

/// The payload, as its schema has let it pass.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload<'a> {
    method: Option<&'a str>,
    url: &'a str,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    query: Map<String, Value>,
    #[serde(default)]
    body: Value,
    timeout_ms: Option<u64>,
    max_response_bytes: Option<usize>,
    pub(super) expect_status: Option<Expected>,
    pub(super) response_type: Option<ResponseType>,
    follow_redirects: Option<bool>,
}

/// The statuses that are a success.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Expected {
    One(u16),
    Many(Vec<u16>),
}

/// How the body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResponseType {
    Json,
    Text,
}

impl HttpRequest {
    pub(in crate::actions) const TYPE: &'static str = "http-request";

    pub(in crate::actions) fn new(egress: Egress) -> Self {
        Self { egress }
    }
}

impl Action for HttpRequest {
    fn takes_connector(&self) -> bool {
        true
    }

    fn secrets_in(&self, input: &Json) -> Vec<Zeroizing<Vec<u8>>> {
        let headers = input.get("headers").and_then(Value::as_object).into_iter().flatten();
        headers
            .filter(|(name, _)| response::may_hold_secret(&name.to_ascii_lowercase()))
            .filter_map(|(_, value)| value.as_str())
            // `Bearer x` may come back as `x`.
            .flat_map(|value| [value, value.rsplit(' ').next().unwrap_or(value)])
            .map(|secret| Zeroizing::new(secret.as_bytes().to_vec()))
            .collect()
    }

    fn perform(&self, call: Call, lent: Lent) -> Performing<'_> {
        Box::pin(async move {
            let payload = Payload::deserialize(&*call.input)
                .map_err(|error| invalid(&[problem("", error.to_string())]))?;
            let mut request = payload.request(&call)?;
            if let Some(credentials) = &lent.credentials {
                credentials.put_into(&mut request).map_err(|withheld| {
                    let message = withheld.to_string();
                    Failure::lasting("connector_withheld", FailureCategory::Config, message)
                })?;
            }
            let sent = request.headers.clone();
            let started = Instant::now();
            let response = self.egress.send_traced(request).await;
            let response = response.map_err(|error| failure::of(&error))?;
            let taken = started.elapsed();
            if payload.accepts(response.status.as_u16()) {
                response::result(&response, payload.response_type, taken, &lent.mask)
            } else {
                Err(failure::of_status(&response, &sent, &lent.mask))
            }
        })
    }
}

impl Payload<'_> {
    /// Whether a response of this status is a success.
    fn accepts(&self, status: u16) -> bool {
        match &self.expect_status {
            None => status < 400,
            Some(Expected::One(expected)) => *expected == status,
            Some(Expected::Many(expected)) => expected.contains(&status),
        }
    }

    pub(super) fn request(&self, call: &Call) -> Result<Request, Failure> {
        let method = Method::from_bytes(self.method.unwrap_or("GET").as_bytes());
        let method =
            method.map_err(|_| invalid(&[problem("/method", "is no method of HTTP".into())]))?;
        let (body, content_type) = self.body();
        let mut headers = self.headers()?;
        if let Some(content_type) = content_type {
            let content_type = HeaderValue::from_static(content_type);
            headers.entry(header::CONTENT_TYPE).or_insert(content_type);
        }
        // A compressed body would have to be given as base64: nothing here decompresses.
        headers.entry(header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        if let Ok(key) = HeaderValue::from_str(&call.idempotency_key) {
            headers.entry(IDEMPOTENCY_KEY).or_insert(key);
        }
        let own = self.timeout_ms.map_or(Duration::MAX, Duration::from_millis);
        Ok(Request {
            method,
            url: self.url()?,
            headers,
            body: body.into(),
            timeout: own.min(call.timeout),
            max_response_bytes: self.max_response_bytes.unwrap_or(MAX_RESPONSE_BYTES),
            redirects: match self.follow_redirects {
                Some(false) => Redirects::Return,
                Some(true) | None => Redirects::Follow,
            },
        })
    }

    /// The URL with the parameters of `query`.
    fn url(&self) -> Result<String, Failure> {
        if self.query.is_empty() {
            return Ok(self.url.to_owned());
        }
        let mut url = Url::parse(self.url)
            .map_err(|error| invalid(&[problem("/url", format!("is no URL: {error}"))]))?;
        let mut pairs = url.query_pairs_mut();
        for (name, value) in &self.query {
            match value {
                Value::String(text) => pairs.append_pair(name, text),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => pairs.append_pair(name, &value.to_string()),
            };
        }
        drop(pairs);
        Ok(url.into())
    }

    fn headers(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 3);
        for (name, value) in &self.headers {
            let read = HeaderName::from_bytes(name.as_bytes()).ok().zip(
                value.as_str().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()),
            );
            let Some((name, mut value)) = read else {
                let message = format!("`{name}` cannot be sent as a header");
                return Err(invalid(&[problem("/headers", message)]));
            };
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(headers)
    }

    /// The body, and the content type that it has unless the author says another.
    fn body(&self) -> (Vec<u8>, Option<&'static str>) {
        match &self.body {
            Value::Null => (Vec::new(), None),
            Value::String(text) => (text.clone().into_bytes(), Some("text/plain; charset=utf-8")),
            json @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                (json.to_string().into_bytes(), Some("application/json"))
            }
        }
    }
}

fn problem(path: &str, message: String) -> PayloadProblem {
    PayloadProblem { path: path.to_owned(), message }
}
