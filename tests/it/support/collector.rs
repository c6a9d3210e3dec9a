//! A collector of traces: takes OTLP in JSON as strictly as the protocol is written, and keeps what it was sent.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::traces;
use serde::Deserialize;
use serde_json::json;

use super::peer::Peer;

/// How long something may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A collector on a port of its own, which ends with its test.
pub(crate) struct Collector {
    peer: Peer,
    kept: Data<Kept>,
}

#[derive(Default)]
struct Kept {
    spans: Mutex<Vec<Told>>,
    bodies: Mutex<String>,
    /// What the protocol does not allow.
    wrong: Mutex<Vec<String>>,
    /// What is answered instead of taking anything; 0: nothing is.
    refusal: AtomicU16,
}

/// A span as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) service: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: u8,
    /// In nanoseconds since 1970, as is its end.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Trace, span and word.
    pub(crate) links: Vec<(String, String, String)>,
    pub(crate) has_failed: bool,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let kept = Data::new(Kept::default());
        let peer = Peer::with(&kept, |config| {
            config.app_data(web::PayloadConfig::new(8 * 1024 * 1024));
            config.route("/v1/traces", web::post().to(take));
        });
        Self { peer, kept }
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> String {
        self.peer.url("")
    }

    /// What a house is told to find it.
    pub(crate) fn config(&self) -> traces::Config {
        traces::Config { endpoint: Some(self.endpoint()), ..traces::Config::default() }
    }

    /// From here on it answers with this status and takes nothing; 0: it takes what comes.
    pub(crate) fn refuse(&self, status: u16) {
        self.kept.refusal.store(status, Ordering::Relaxed);
    }

    /// All spans of a trace so far, by their beginnings. None of what came was against the protocol.
    pub(crate) fn trace(&self, trace: &str) -> Vec<Told> {
        let wrong = self.kept.wrong.lock().unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
        let spans = self.kept.spans.lock().unwrap();
        let mut found: Vec<_> = spans.iter().filter(|span| span.trace == trace).cloned().collect();
        found.sort_by_key(|span| span.start);
        found
    }

    /// Waits until a trace has what is wanted; its spans.
    pub(crate) async fn until(&self, trace: &str, good: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let spans = self.trace(trace);
            if good(&spans) {
                return spans;
            }
            assert!(Instant::now() < give_up, "it did not come to pass: {spans:#?}");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that was sent, word for word.
    pub(crate) fn bodies(&self) -> String {
        self.kept.bodies.lock().unwrap().clone()
    }
}

/// The trace of a run.
pub(crate) fn trace_of(run: &str) -> String {
    run.parse::<chainkeel::primitives::RunId>().unwrap().as_uuid().simple().to_string()
}

/// Whether a trace has a span of this name.
pub(crate) fn has(spans: &[Told], name: &str) -> bool {
    spans.iter().any(|span| span.name == name)
}

/// The one span of this name.
pub(crate) fn only<'a>(spans: &'a [Told], name: &str) -> &'a Told {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {spans:#?}");
    found[0]
}

async fn take(request: HttpRequest, body: Bytes, kept: Data<Kept>) -> HttpResponse {
    let refusal = kept.refusal.load(Ordering::Relaxed);
    if let Ok(status) = actix_web::http::StatusCode::from_u16(refusal) {
        return HttpResponse::build(status).body("not now");
    }
    let kind = request.headers().get("content-type").map(|it| it.as_bytes().to_vec());
    let text = String::from_utf8(body.to_vec()).unwrap();
    let read = if kind.as_deref() == Some(b"application/json") {
        serde_json::from_str::<Export>(&text).map_err(|error| error.to_string())
    } else {
        Err(format!("content-type {kind:?}"))
    };
    match read.and_then(Export::told) {
        Ok(told) => kept.spans.lock().unwrap().extend(told),
        Err(wrong) => kept.wrong.lock().unwrap().push(format!("{wrong} in {text}")),
    }
    kept.bodies.lock().unwrap().push_str(&text);
    HttpResponse::Ok().json(json!({ "partialSuccess": {} }))
}

/// The request of the protocol, of which nothing is there that is not known here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Export {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Wire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    name: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wire {
    trace_id: String,
    span_id: String,
    parent_span_id: Option<String>,
    flags: u32,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    links: Vec<Link>,
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Link {
    trace_id: String,
    span_id: String,
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    code: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    key: String,
    value: AnyValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
enum AnyValue {
    #[serde(rename = "stringValue")]
    Text(String),
    #[serde(rename = "intValue")]
    Number(String),
    #[serde(rename = "boolValue")]
    Truth(bool),
}

impl Export {
    fn told(self) -> Result<Vec<Told>, String> {
        let mut told = Vec::new();
        for of_resource in self.resource_spans {
            let resource = texts(of_resource.resource.attributes)?;
            let service = resource.get("service.name").ok_or("no service")?.clone();
            for of_scope in of_resource.scope_spans {
                if of_scope.scope.name.is_empty() || of_scope.scope.version.is_empty() {
                    return Err("a scope without a name".to_owned());
                }
                for span in of_scope.spans {
                    told.push(span.told(&service)?);
                }
            }
        }
        Ok(told)
    }
}

impl Wire {
    fn told(self, service: &str) -> Result<Told, String> {
        let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
        let (start, end) = (number(&self.start_time_unix_nano)?, number(&self.end_time_unix_nano)?);
        if start == 0 || end < start {
            return Err(format!("{} begins at {start} and ends at {end}", self.name));
        }
        if !(1..=5).contains(&self.kind) || self.flags & 1 != 1 || self.name.is_empty() {
            return Err(format!("kind {}, flags {}, name {}", self.kind, self.flags, self.name));
        }
        if !matches!(self.status.code, None | Some(1 | 2)) {
            return Err("no status of the protocol".to_owned());
        }
        let link = |link: Link| {
            let word = texts(link.attributes)?.remove("chainkeel.link").unwrap_or_default();
            Ok::<_, String>((digits(link.trace_id, 32)?, digits(link.span_id, 16)?, word))
        };
        Ok(Told {
            service: service.to_owned(),
            trace: digits(self.trace_id, 32)?,
            id: digits(self.span_id, 16)?,
            parent: self.parent_span_id.map(|id| digits(id, 16)).transpose()?,
            name: self.name,
            kind: self.kind,
            start,
            end,
            attributes: texts(self.attributes)?,
            links: self.links.into_iter().map(link).collect::<Result<_, _>>()?,
            has_failed: self.status.code == Some(2),
        })
    }
}

/// So many small hexadecimal digits, not all of them zeros.
fn digits(text: String, length: usize) -> Result<String, String> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_id =
        text.len() == length && text.bytes().all(is_digit) && text.bytes().any(|it| it != b'0');
    if is_id { Ok(text) } else { Err(format!("{text} is no id")) }
}

/// Attributes by their keys, of which none may come twice.
fn texts(attributes: Vec<Attribute>) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for Attribute { key, value } in attributes {
        let text = match value {
            AnyValue::Text(text) => text,
            AnyValue::Number(number) => {
                number.parse::<i64>().map_err(|error| format!("{number}: {error}"))?.to_string()
            }
            AnyValue::Truth(is_so) => is_so.to_string(),
        };
        if key.is_empty() || found.insert(key.clone(), text).is_some() {
            return Err(format!("the attribute {key} is there twice, or has no name"));
        }
    }
    Ok(found)
}
