//! The settings of a webhook, read from the trigger's payload.

use std::net::IpAddr;

use engine::PayloadProblem;
use ipnet::IpNet;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Price;
use crate::catalog::{By, Source};
use crate::triggers::signature::{Scheme, Signature};

/// The type of the connectors that hold secrets to verify signatures with.
pub const SECRETS: &str = "webhook-secret";
/// The largest body that a webhook takes, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// How long an answer may be waited for at most, in milliseconds.
const MAX_WAIT_MS: u64 = 30_000;
/// How long an answer is waited for unless somebody says otherwise.
const WAIT_MS: u64 = 10_000;
/// The longest time that the moment of a signature may be away, in seconds: an hour.
const MAX_TOLERANCE: u32 = 3_600;
/// How many networks may be named.
const MAX_NETWORKS: usize = 64;
/// What is taken unless somebody says otherwise; `+json` types are JSON, too.
const BODIES: [&str; 3] = ["application/json", "application/x-www-form-urlencoded", "text/*"];

/// The methods that a delivery may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Without a body.
    Get,
    /// As nearly all senders do it.
    Post,
    /// As some do it.
    Put,
    /// As few do it.
    Patch,
}

impl Method {
    /// As it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// What a sender is answered, and when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Respond {
    /// Whether the end of the run is waited for.
    #[serde(default)]
    pub wait: bool,
    /// How long, in milliseconds.
    #[serde(default = "wait_ms")]
    pub timeout_ms: u64,
    /// With which status a run that succeeded is answered.
    #[serde(default = "status")]
    pub status: u16,
    /// What of the run's output is the answer, as a JSON pointer; all of it when empty.
    #[serde(default)]
    pub body: String,
}

const fn wait_ms() -> u64 {
    WAIT_MS
}

const fn status() -> u16 {
    200
}

/// What an author says of the deliveries that start runs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// What the body must be; the engine holds it against that.
    #[serde(default)]
    pub input_schema: Option<Value>,
    /// The methods that are taken.
    #[serde(default = "post")]
    pub methods: Vec<Method>,
    /// The content types that are taken, of those that can be read.
    #[serde(default)]
    pub content_types: Vec<String>,
    /// The largest body, in bytes.
    #[serde(default = "max_bytes")]
    pub max_bytes: usize,
    /// The networks that deliveries may come from; everywhere when there are none.
    #[serde(default)]
    pub allow_from: Vec<IpNet>,
    /// How they are signed; the URL's own secret is all that is asked for when they are not.
    #[serde(default)]
    pub signature: Option<Signature>,
    /// What a sender is answered.
    #[serde(default)]
    pub respond: Option<Respond>,
    /// Whether the run is told the parameters of the query, too.
    #[serde(default)]
    pub query: bool,
    /// What a run costs; then nobody starts one by the secret URL.
    #[serde(default)]
    pub price: Option<Price>,
}

fn post() -> Vec<Method> {
    vec![Method::Post]
}

const fn max_bytes() -> usize {
    MAX_BYTES
}

/// What became of the reading of settings.
pub type Outcome = Result<Settings, PayloadProblem>;

impl Settings {
    /// Those of a trigger that takes deliveries; `None` where it takes none.
    pub fn of(kind: &str, payload: &Value) -> Option<Outcome> {
        match kind {
            "webhook" => Some(read(payload)),
            // The URL starts it like a request of a person does; of its payload nothing is meant
            // for deliveries.
            "manual" => Some(read(&Value::Object(serde_json::Map::new()))),
            kind => match &Source::named(kind)?.by {
                By::Webhook(sent) => Some(read(&json!({"signature": sent.signature}))),
                By::Poll(_) => None,
            },
        }
    }

    /// Whether a delivery of this method is taken.
    pub fn takes_method(&self, method: &str) -> bool {
        self.methods.iter().any(|known| known.as_str() == method)
    }

    /// Whether a delivery may come from there.
    pub fn takes_from(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allow_from.is_empty() || self.allow_from.iter().any(|it| it.contains(&address))
    }

    /// Whether a body of this type, in lower case and without parameters, is taken.
    pub fn takes_type(&self, kind: &str) -> bool {
        if self.content_types.is_empty() {
            return BODIES.iter().any(|it| fits(it, kind)) || kind.ends_with("+json");
        }
        self.content_types.iter().any(|it| fits(&it.to_lowercase(), kind))
    }
}

fn fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some(family) => kind.strip_prefix(family).is_some_and(|rest| rest.starts_with('/')),
        None => pattern == kind,
    }
}

/// The type of connector that a trigger takes; none where it takes none.
pub fn connector_of(kind: &str) -> Option<&'static str> {
    if kind == "webhook" {
        return Some(SECRETS);
    }
    Source::named(kind)?.connector.as_deref()
}

fn read(payload: &Value) -> Outcome {
    Settings::deserialize(payload).map_err(|error| {
        let cure = if engine::has_expression(&payload.to_string()) {
            "; the settings of a webhook are read before there is a run, and hold no expressions"
        } else {
            ""
        };
        PayloadProblem { path: String::new(), message: format!("{error}{cure}") }
    })
}

/// What is wrong with the settings of a webhook.
pub fn problems(payload: &Value) -> Vec<PayloadProblem> {
    let settings = match read(payload) {
        Ok(settings) => settings,
        Err(problem) => return vec![problem],
    };
    let mut found = Vec::new();
    let mut wrong = |path: &str, message: String| {
        found.push(PayloadProblem { path: path.to_owned(), message });
    };
    if settings.methods.is_empty() {
        wrong("/methods", "name at least one method, or leave it out for POST".to_owned());
    }
    if settings.max_bytes == 0 || settings.max_bytes > MAX_BYTES {
        wrong("/maxBytes", format!("must be 1 to {MAX_BYTES}"));
    }
    if settings.allow_from.len() > MAX_NETWORKS {
        wrong("/allowFrom", format!("holds more than {MAX_NETWORKS} networks"));
    }
    if let Some(respond) = &settings.respond {
        if !(1..=MAX_WAIT_MS).contains(&respond.timeout_ms) {
            wrong("/respond/timeoutMs", format!("must be 1 to {MAX_WAIT_MS}"));
        }
        if !(200..=299).contains(&respond.status) || [204, 205].contains(&respond.status) {
            wrong("/respond/status", "must be a status of success that has a body".to_owned());
        }
        if !is_pointer(&respond.body) {
            wrong("/respond/body", "must be a JSON pointer such as `/answer`".to_owned());
        }
    }
    if let Some(price) = &settings.price {
        if settings.signature.is_some() {
            wrong(
                "/signature",
                "what is sold is signed by who pays for it: leave it out".to_owned(),
            );
        }
        if settings.methods.iter().any(|it| matches!(it, Method::Put | Method::Patch)) {
            wrong("/methods", "what is sold takes GET and POST alone".to_owned());
        }
        for PayloadProblem { path, message } in price.read().err().unwrap_or_default() {
            wrong(&path, message);
        }
    }
    if let Some(signature) = &settings.signature {
        for (field, message) in signature_problems(signature) {
            wrong(&format!("/signature/{field}"), message);
        }
    }
    found
}

fn signature_problems(signature: &Signature) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if !(1..=MAX_TOLERANCE).contains(&signature.tolerance_seconds) {
        found.push(("toleranceSeconds", format!("must be 1 to {MAX_TOLERANCE}")));
    }
    if signature.scheme == Scheme::Hmac {
        if signature.header.is_none() {
            found.push(("header", "name the header that holds the signature".to_owned()));
        }
    } else {
        let plain = Signature {
            tolerance_seconds: signature.tolerance_seconds,
            deduplicate: signature.deduplicate,
            ..Signature::of(signature.scheme)
        };
        if *signature != plain {
            let message = "this scheme says itself where and how signatures are written: only \
                           `hmac` takes `header`, `algorithm`, `encoding`, `prefix`, `idHeader` \
                           and `idPath`";
            found.push(("scheme", message.to_owned()));
        }
    }
    for (field, header) in [("header", &signature.header), ("idHeader", &signature.id_header)] {
        if header.as_deref().is_some_and(|name| !is_header(name)) {
            found.push((field, "is no name of a header".to_owned()));
        }
    }
    if signature.id_path.as_deref().is_some_and(|path| path.is_empty() || !is_pointer(path)) {
        found.push(("idPath", "must be a JSON pointer such as `/id`".to_owned()));
    }
    found
}

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

fn is_header(text: &str) -> bool {
    const MARKS: &[u8] = b"!#$%&'*+-.^_`|~";
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || MARKS.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(payload: &Value) -> Vec<String> {
        problems(payload).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn nothing_said_is_a_post_of_json_a_form_or_text_from_everywhere() {
        let settings = read(&json!({})).expect("settings");
        assert!(settings.takes_method("POST") && !settings.takes_method("GET"));
        for kind in ["application/json", "application/cloudevents+json", "text/csv"] {
            assert!(settings.takes_type(kind), "{kind}");
        }
        assert!(!settings.takes_type("image/png") && !settings.takes_type("textual/x"));
        assert!(settings.takes_from("203.0.113.9".parse().expect("an address")));
        assert_eq!(places(&json!({})), [""; 0]);
    }

    #[test]
    fn networks_hold_whatever_way_an_address_is_written() {
        let settings = read(&json!({"allowFrom": ["192.0.2.0/24"]})).expect("settings");
        let takes = |text: &str| settings.takes_from(text.parse().expect("an address"));
        assert!(takes("192.0.2.7") && takes("::ffff:192.0.2.7"));
        assert!(!takes("192.0.3.7") && !takes("::1"));
    }

    #[test]
    fn what_cannot_work_is_told_by_its_place() {
        assert_eq!(places(&json!({"methods": []})), ["/methods"]);
        assert_eq!(places(&json!({"maxBytes": 0})), ["/maxBytes"]);
        assert_eq!(
            places(&json!({"respond": {"wait": true, "timeoutMs": 30_001}})),
            ["/respond/timeoutMs"]
        );
        assert_eq!(places(&json!({"respond": {"status": 204}})), ["/respond/status"]);
        assert_eq!(places(&json!({"signature": {"scheme": "hmac"}})), ["/signature/header"]);
        assert_eq!(
            places(&json!({"signature": {"scheme": "github", "prefix": "v0="}})),
            ["/signature/scheme"]
        );
        assert_eq!(
            places(&json!({"signature": {"scheme": "hmac", "header": "a b", "idPath": "id"}})),
            ["/signature/header", "/signature/idPath"]
        );
        assert_eq!(
            places(&json!({"signature": {"scheme": "slack", "toleranceSeconds": 0}})),
            ["/signature/toleranceSeconds"]
        );
        assert_eq!(places(&json!({"allowFrom": ["everywhere"]})), [""]);
        let told = problems(&json!({"methods": ["{{$inputs.method}}"]}));
        assert!(told[0].message.contains("hold no expressions"), "{}", told[0].message);
    }
}
