//! The body: bounded in size, depth and time, JSON in fact and by its header, and of its type.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};

use super::json;
use crate::http::problem::{Code, Problem};
use crate::primitives::{expectation, hex, pointer};

/// The largest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// The largest body of those that are large by nature.
const MAX_LARGE_BODY: usize = 10 * 1024 * 1024;
/// How long a body may take to arrive. actix-web itself waits for ever.
const MAX_TIME: Duration = Duration::from_secs(10);

/// A JSON body of a type that refuses unknown fields. No body at all stands for `{}`.
#[derive(Debug)]
pub struct Body<T, const MAX: usize = MAX_BODY> {
    /// What was sent.
    pub content: T,
    /// SHA-256 in hex of method, path, query and body: the same key with another one is a mistake.
    pub fingerprint: String,
}

/// The same for what is large by nature, up to 10 MiB.
pub type LargeBody<T> = Body<T, MAX_LARGE_BODY>;

impl<T: DeserializeOwned + 'static, const MAX: usize> FromRequest for Body<T, MAX> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read_bytes_up_to(MAX, &request, payload).await?;
            if !bytes.is_empty() {
                must_be_json(&request)?;
            }
            let fingerprint = fingerprint(&request, &bytes);
            Ok(Self { content: read(&bytes)?, fingerprint })
        })
    }
}

/// Reads the whole body within its bounds, of which the size is `max` bytes.
pub async fn read_bytes_up_to(
    max: usize,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Bytes, Problem> {
    if request.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::new(Code::UnsupportedMediaType)
            .at("Content-Encoding", "must be absent: compressed bodies are not accepted"));
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| length > max as u64)
    {
        return Err(too_large(max));
    }
    tokio::time::timeout(MAX_TIME, collect(max, payload))
        .await
        .unwrap_or_else(|_| Err(Problem::new(Code::BodyTimeout)))
}

async fn collect(max: usize, mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(broken)?;
        if body.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(max: usize) -> Problem {
    Problem::new(Code::BodyTooLarge).because(format_args!("the body is larger than {max} bytes"))
}

fn broken(error: PayloadError) -> Problem {
    if matches!(error, PayloadError::Overflow) {
        return Problem::new(Code::BodyTooLarge);
    }
    Problem::new(Code::InvalidRequest).because(error)
}

fn must_be_json(request: &HttpRequest) -> Result<(), Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence =
        kind.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        Some(_) | None => {
            Err(Problem::new(Code::UnsupportedMediaType)
                .at("Content-Type", "must be application/json"))
        }
    }
}

fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(Code::InvalidJson).at("", "is not UTF-8"))?;
    let text = if text.is_empty() { "{}" } else { text };
    json::check(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        Problem::new(Code::InvalidBody).at(place_of(error.path()), without_place(error.inner()))
    })
}

/// The place as a JSON pointer (RFC 6901).
fn place_of(path: &Path) -> String {
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer::push(&mut place, &index.to_string()),
            Segment::Map { key } => pointer::push(&mut place, key),
            Segment::Enum { variant } => pointer::push(&mut place, variant),
            Segment::Unknown => {}
        }
    }
    place
}

/// The message without `at line 1 column 2`: the pointer says it better.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => expectation::in_words(&text[..end]),
        None => text,
    }
}

fn fingerprint(request: &HttpRequest, body: &Bytes) -> String {
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update([0]);
    hash.update(request.uri().to_string());
    hash.update([0]);
    hash.update(body);
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Publish {
        expected_version: Option<u64>,
    }

    async fn take(request: TestRequest) -> Result<Option<u64>, Problem> {
        let (request, mut payload) = request.to_http_parts();
        let body = Body::<Publish>::from_request(&request, &mut payload).await?;
        Ok(body.content.expected_version)
    }

    async fn fault(body: &'static str) -> (Code, String) {
        let request = TestRequest::post().insert_header((CONTENT_TYPE, "application/json"));
        let problem = take(request.set_payload(body)).await.expect_err("a problem");
        let path = problem.document("r").details.first().map(|detail| detail.path.clone());
        (problem.code(), path.unwrap_or_default())
    }

    #[actix_web::test]
    async fn no_body_stands_for_an_empty_object() {
        assert_eq!(take(TestRequest::post()).await.expect("nothing"), None);
    }

    #[actix_web::test]
    async fn json_must_be_called_json() {
        let json = r#"{"expectedVersion":2}"#;
        let named = TestRequest::post()
            .insert_header((CONTENT_TYPE, "Application/JSON; charset=utf-8"))
            .set_payload(json);
        assert_eq!(take(named).await.expect("a version"), Some(2));
        let unnamed = take(TestRequest::post().set_payload(json)).await.expect_err("a problem");
        assert_eq!(unnamed.code(), Code::UnsupportedMediaType);
    }

    #[actix_web::test]
    async fn unknown_fields_and_wrong_types_are_refused_with_their_place() {
        assert_eq!(
            fault(r#"{"expectedVersion":"2"}"#).await,
            (Code::InvalidBody, "/expectedVersion".into())
        );
        assert_eq!(fault(r#"{"expected":2}"#).await, (Code::InvalidBody, "/expected".into()));
        assert_eq!(fault("[").await.0, Code::InvalidJson);
        assert_eq!(fault("[]").await.0, Code::InvalidBody);
        assert_eq!(fault("7").await.0, Code::InvalidBody);
    }

    #[actix_web::test]
    async fn a_body_of_over_a_mebibyte_is_refused() {
        let request = TestRequest::post()
            .insert_header((CONTENT_TYPE, "application/json"))
            .set_payload(" ".repeat(MAX_BODY + 1));
        assert_eq!(take(request).await.expect_err("a problem").code(), Code::BodyTooLarge);
    }

    #[actix_web::test]
    async fn compressed_bodies_are_refused() {
        let request =
            TestRequest::post().insert_header((CONTENT_ENCODING, "gzip")).set_payload("x");
        assert_eq!(take(request).await.expect_err("a problem").code(), Code::UnsupportedMediaType);
    }

    #[actix_web::test]
    async fn the_fingerprint_covers_path_and_body() {
        async fn of(uri: &str, body: &'static str) -> String {
            let request = TestRequest::post()
                .uri(uri)
                .insert_header((CONTENT_TYPE, "application/json"))
                .set_payload(body);
            let (request, mut payload) = request.to_http_parts();
            Body::<Publish>::from_request(&request, &mut payload).await.expect("a body").fingerprint
        }
        let one = of("/a", "{}").await;
        assert_eq!(one, of("/a", "{}").await);
        assert_ne!(one, of("/b", "{}").await);
        assert_ne!(one, of("/a", "{ }").await);
    }
}
