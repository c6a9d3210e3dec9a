//! The key under which a request is carried out once.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest};

use crate::http::middleware::rate_limit::address_of;
use crate::http::middleware::request_id;
use crate::http::problem::{Code, Problem};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The bound of the public contract.
const MAX: usize = 255;

/// The `Idempotency-Key` of a request, when it has one, and the route that it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key.
    pub key: Option<String>,
    /// Method and pattern of the route: the same key on another one is another key.
    pub route: String,
    /// The id of the request, which the events will carry as their correlation.
    pub request_id: String,
    /// From where it comes, which the events will carry, too.
    pub address: Option<String>,
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pattern = request.match_pattern().unwrap_or_default();
        let route = format!("{} {pattern}", request.method());
        let request_id = request_id::of(request);
        let address = address_of(request);
        ready(key(request).map(|key| Self { key, route, request_id, address }))
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let wrong = |what: &str| {
        Problem::new(Code::InvalidHeader).at("Idempotency-Key", format_args!("must be {what}"))
    };
    let mut headers = request.headers().get_all(HEADER);
    let Some(header) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(wrong("given once"));
    }
    let text = header.to_str().map_err(|_| wrong("visible ASCII"))?;
    if text.is_empty() || text.len() > MAX {
        return Err(wrong("1 to 255 characters long"));
    }
    if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(wrong("visible ASCII"));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(value: &str) -> Result<Option<String>, Problem> {
        key(&TestRequest::default().insert_header(("Idempotency-Key", value)).to_http_request())
    }

    #[test]
    fn a_request_may_come_without_a_key() {
        assert_eq!(key(&TestRequest::default().to_http_request()).expect("no key"), None);
    }

    #[test]
    fn a_key_has_between_1_and_255_characters() {
        assert_eq!(of("k-1").expect("a key"), Some("k-1".to_owned()));
        assert!(of(&"k".repeat(255)).is_ok());
        assert!(of(&"k".repeat(256)).is_err());
        assert!(of("").is_err());
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        let request = TestRequest::default()
            .append_header(("Idempotency-Key", "a"))
            .append_header(("Idempotency-Key", "b"))
            .to_http_request();
        assert!(key(&request).is_err());
    }
}
