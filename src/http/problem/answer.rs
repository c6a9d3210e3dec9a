//! A problem while it is made, and the document that it is answered with.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::table::{Code, Entry, entry};

/// How long a text of a problem may be, in characters: longer than any that we write.
const MAX_TEXT: usize = 2_000;

/// One fault among several, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// A JSON pointer into the body (`/definition/nodes/a/payload`), or the name of the query
    /// parameter, path segment or header.
    pub path: String,
    /// The node at fault, where it is a node's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// What kind of fault it is, where there is a list of kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong, and what would mend it.
    pub message: String,
}

impl Detail {
    /// A fault at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), node_id: None, code: None, message: message.into() }
    }

    fn shortened(&self) -> Self {
        Self {
            path: shortened(self.path.clone()),
            node_id: self.node_id.clone().map(shortened),
            code: self.code.clone(),
            message: shortened(self.message.clone()),
        }
    }
}

/// A problem as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct Document {
    /// Where this kind of problem is explained: `/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time. The same text as `message`.
    pub detail: String,
    /// The kind of problem, for programs.
    pub code: &'static str,
    /// What happened this time.
    pub message: String,
    /// The id of this request, as the log has it.
    pub request_id: String,
    /// Each single fault, where there are several or where they have a place.
    pub details: Vec<Detail>,
}

/// A refusal on its way to the caller. What the log must know besides is in its source.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    message: Option<String>,
    details: Vec<Detail>,
    retry_after: Option<Duration>,
    allow: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    /// A problem of this kind.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            message: None,
            details: Vec::new(),
            retry_after: None,
            allow: None,
            source: None,
        }
    }

    /// Something failed inside: logged with its source, which the caller does not see.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal) }
    }

    /// Something that this needs is away: logged with its source, which the caller does not see.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::away(Code::Unavailable, source)
    }

    /// This something is away: logged with its source, which the caller does not see.
    pub fn away(code: Code, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(code) }.retry_after(Duration::from_secs(1))
    }

    /// What happened this time, in words for the caller.
    #[must_use]
    pub fn because(mut self, message: impl fmt::Display) -> Self {
        self.message = Some(message.to_string());
        self
    }

    /// One more fault, with its place.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>, message: impl fmt::Display) -> Self {
        self.details.push(Detail::new(path, message.to_string()));
        self
    }

    /// All faults.
    #[must_use]
    pub fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// When it is worth trying again; rounded up to whole seconds.
    #[must_use]
    pub const fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The methods that the resource has.
    #[must_use]
    pub fn allowing(mut self, methods: &str) -> Self {
        self.allow = Some(methods.to_owned());
        self
    }

    /// What kind it is.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The kind that stands for a status which some library chose.
    pub fn of_status(status: StatusCode) -> Self {
        Self::new(match status {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            StatusCode::REQUEST_TIMEOUT => Code::BodyTimeout,
            status if status.is_client_error() => Code::InvalidRequest,
            _ => Code::Internal,
        })
    }

    /// The problem as it is sent for this request.
    pub fn document(&self, request_id: &str) -> Document {
        let entry = self.entry();
        let message = self.message.clone().unwrap_or_else(|| match self.details.as_slice() {
            [only] if only.path.is_empty() => format!("the body: {}", only.message),
            [only] => format!("{}: {}", only.path, only.message),
            _ => entry.message.to_owned(),
        });
        let message = shortened(message);
        let details = self.details.iter().map(Detail::shortened).collect();
        Document {
            kind: format!("/problems/{}", entry.code),
            title: entry.title,
            status: entry.status,
            detail: message.clone(),
            code: entry.code,
            message,
            request_id: request_id.to_owned(),
            details,
        }
    }

    /// The answer for this request. Logs what the caller is not told.
    pub fn response(&self, request_id: &str) -> HttpResponse {
        if let Some(source) = &self.source {
            let chain = Chain(source.as_ref());
            let code = self.entry().code;
            tracing::error!(request.id = request_id, code, error = %chain, "request {request_id} failed: {chain}");
        }
        let mut response = HttpResponseBuilder::new(self.status_code());
        response.content_type("application/problem+json");
        if let Some(after) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(after).to_string()));
        }
        if self.code == Code::Unauthenticated {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"chainkeel\""));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.body(
            serde_json::to_vec(&self.document(request_id))
                .expect("a problem has only texts and numbers"),
        )
    }

    const fn entry(&self) -> &'static Entry {
        entry(self.code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or(self.entry().message))
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.entry().status).expect("the table has only HTTP statuses")
    }

    /// Without a request id: the middleware writes the answer anew with it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// An error with all its sources, on one line.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// A text that quotes no more of a request than helps: names of a megabyte would otherwise come
/// back several times over.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn whole_seconds(after: Duration) -> u64 {
    after.as_secs() + u64::from(after.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_where_it_is_explained_and_carries_the_request_id() {
        let document = Problem::new(Code::RunNotFound).document("req_1");
        assert_eq!(document.kind, "/problems/run-not-found");
        assert_eq!((document.status, document.code), (404, "run-not-found"));
        assert_eq!(document.request_id, "req_1");
        assert_eq!(document.detail, document.message);
    }

    #[test]
    fn a_single_fault_becomes_the_message() {
        let document = Problem::new(Code::InvalidBody).at("/name", "is missing").document("r");
        assert_eq!(document.message, "/name: is missing");
        assert_eq!(document.details, [Detail::new("/name", "is missing")]);
    }

    #[test]
    fn what_failed_inside_stays_inside() {
        let problem = Problem::internal("password=hunter2");
        let text = serde_json::to_string(&problem.document("r")).expect("JSON");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn what_was_sent_does_not_come_back_at_length() {
        let long = "ü".repeat(100_000);
        let problem = Problem::new(Code::InvalidBody).at(format!("/{long}"), &long);
        let text = serde_json::to_string(&problem.document("r")).expect("JSON");
        assert!(text.len() < 20_000 && text.contains("ü…"), "{}", text.len());
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_rounded_up() {
        let response =
            Problem::new(Code::Busy).retry_after(Duration::from_millis(1_200)).response("r");
        assert_eq!(response.headers().get(RETRY_AFTER).expect("a header"), "2");
    }
}
