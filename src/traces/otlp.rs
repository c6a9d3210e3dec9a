//! The form of OTLP in JSON: ids in hexadecimal digits, numbers of 64 bits as texts.

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::spans::{Ending, Kind, Span, SpanId, Value};

/// Who sends, as it stands before all spans.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, Serialize)]
struct Attribute {
    key: String,
    value: AnyValue,
}

#[derive(Debug, Clone, Serialize)]
enum AnyValue {
    #[serde(rename = "stringValue")]
    Text(String),
    #[serde(rename = "intValue")]
    Number(String),
    #[serde(rename = "boolValue")]
    Truth(bool),
}

impl From<&Value> for AnyValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::Truth(is_so) => Self::Truth(*is_so),
        }
    }
}

impl Resource {
    /// This process, by the name of the service.
    pub(super) fn new(service: &str, instance: &str) -> Self {
        let all = [
            ("service.name", service),
            ("service.version", env!("CARGO_PKG_VERSION")),
            ("service.instance.id", instance),
        ];
        let attribute = |(key, text): (&str, &str)| Attribute {
            key: key.into(),
            value: AnyValue::Text(text.into()),
        };
        Self { attributes: all.into_iter().map(attribute).collect() }
    }
}

/// What is posted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: &'a Resource,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Library,
    #[serde(serialize_with = "written")]
    spans: &'a [Span],
}

#[derive(Serialize)]
struct Library {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    /// That it is sampled.
    flags: u32,
    name: &'a str,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    status: Status,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    trace_id: String,
    span_id: String,
    attributes: [Attribute; 1],
}

#[derive(Serialize)]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u8>,
}

/// The bytes that are posted.
pub(super) fn request(resource: &Resource, spans: &[Span]) -> serde_json::Result<Vec<u8>> {
    let scope = Library { name: "chainkeel", version: env!("CARGO_PKG_VERSION") };
    let scope_spans = [ScopeSpans { scope, spans }];
    serde_json::to_vec(&Request { resource_spans: [ResourceSpans { resource, scope_spans }] })
}

fn written<S: Serializer>(spans: &&[Span], serializer: S) -> Result<S::Ok, S::Error> {
    let mut all = serializer.serialize_seq(Some(spans.len()))?;
    for span in *spans {
        all.serialize_element(&Written::from(span))?;
    }
    all.end()
}

impl<'a> From<&'a Span> for Written<'a> {
    fn from(span: &'a Span) -> Self {
        let attributes = span.attributes.iter();
        let link = |(to, why): &(crate::spans::TraceParent, &'static str)| Link {
            trace_id: to.trace.to_string(),
            span_id: to.span.to_string(),
            attributes: [Attribute {
                key: "chainkeel.link".into(),
                value: AnyValue::Text((*why).into()),
            }],
        };
        Self {
            trace_id: span.trace.to_string(),
            span_id: span.id.to_string(),
            parent_span_id: span.parent.as_ref().map(SpanId::to_string),
            flags: 1,
            name: &span.name,
            kind: match span.kind {
                Kind::Internal => 1,
                Kind::Server => 2,
                Kind::Client => 3,
                Kind::Consumer => 5,
            },
            start_time_unix_nano: nanos(span.start),
            end_time_unix_nano: nanos(span.end),
            attributes: attributes
                .map(|(key, value)| Attribute { key: key.to_string(), value: value.into() })
                .collect(),
            links: span.links.iter().map(link).collect(),
            status: Status {
                code: match span.ending {
                    Ending::Well => None,
                    Ending::Failed => Some(2),
                },
            },
        }
    }
}

fn nanos(at: OffsetDateTime) -> String {
    at.unix_timestamp_nanos().max(0).to_string()
}
