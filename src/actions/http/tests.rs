//! Given a payload or a response, what is sent, and what is kept?

use std::time::Duration;

use engine::{Failure, FailureCategory};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::super::{Call, Origin};
use super::request::{Payload, ResponseType};
use super::{exact, failure, response};
use crate::egress::{Error, HeaderMap, HeaderName, HeaderValue, Redirects, Request, Response};
use crate::primitives::{OrganizationId, RunId};
use crate::secrets::Mask;

fn request(payload: &Value) -> Result<Request, Failure> {
    let call = Call {
        origin: Origin {
            organization: OrganizationId::DEFAULT,
            workflow: String::new(),
            run: RunId::generate(),
            node: "pay".into(),
        },
        input: payload.clone().into(),
        idempotency_key: "run_1:pay:1".into(),
        timeout: Duration::from_secs(30),
        connector: None,
    };
    Payload::deserialize(payload).unwrap().request(&call)
}

fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    Response { status: status.try_into().unwrap(), headers: map(headers), body: body.into().into() }
}

fn map(headers: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    map
}

fn result(response: &Response, wanted: Option<ResponseType>) -> Value {
    (*response::result(response, wanted, Duration::from_millis(7), &Mask::none()).unwrap()).clone()
}

fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Failure {
    failure::of_status(&response(status, headers, body), &HeaderMap::new(), &Mask::none())
}

#[test]
fn a_bare_url_is_got_with_the_key_of_the_effect() {
    let request = request(&json!({"url": "https://a.example/x"})).unwrap();
    assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", "https://a.example/x"));
    assert_eq!(request.headers["idempotency-key"], "run_1:pay:1");
    assert!(request.body.is_empty() && !request.headers.contains_key("content-type"));
    assert_eq!((request.timeout, request.redirects), (Duration::from_secs(30), Redirects::Follow));
}

#[test]
fn what_the_author_sets_stands() {
    let request = request(&json!({
        "method": "PATCH", "url": "https://a.example/x?a=1", "timeoutMs": 500,
        "query": {"q": "a b&c", "n": 5, "on": true}, "maxResponseBytes": 10,
        "headers": {"IDEMPOTENCY-KEY": "mine", "Content-Type": "application/merge-patch+json", "X-Name": "Jürgen"},
        "body": {"a": [1, null]}, "followRedirects": false,
    }))
    .unwrap();
    assert_eq!(request.url, "https://a.example/x?a=1&n=5&on=true&q=a+b%26c");
    assert_eq!(request.headers.get_all("idempotency-key").iter().collect::<Vec<_>>(), ["mine"]);
    assert_eq!(request.headers["content-type"], "application/merge-patch+json");
    assert_eq!(request.headers["x-name"].as_bytes(), "Jürgen".as_bytes());
    assert_eq!(request.body, r#"{"a":[1,null]}"#);
    assert_eq!(request.timeout, Duration::from_millis(500));
    assert_eq!((request.max_response_bytes, request.redirects), (10, Redirects::Return));
}

#[test]
fn a_text_is_sent_as_it_is_and_the_nodes_own_timeout_is_never_exceeded() {
    let request =
        request(&json!({"url": "https://a.example/", "body": "a=b", "timeoutMs": 600_000}));
    let request = request.unwrap();
    assert_eq!((&request.body[..], request.timeout), (&b"a=b"[..], Duration::from_secs(30)));
    assert_eq!(request.headers["content-type"], "text/plain; charset=utf-8");
}

#[test]
fn a_header_that_cannot_be_sent_is_named_without_its_value() {
    let failure = request(&json!({"url": "https://a.example/", "headers": {"X": "a\u{1}secret"}}));
    let failure = failure.unwrap_err();
    assert_eq!(failure.code, "invalid_input");
    assert!(failure.message.contains("`X`") && !failure.message.contains("secret"));
}

#[test]
fn json_is_read_when_the_content_type_says_so() {
    for kind in ["application/json", "APPLICATION/JSON; charset=utf-8", "application/problem+json"]
    {
        let body = result(&response(200, &[("content-type", kind)], r#"{"a":1}"#), None);
        assert_eq!(body["body"], json!({"a": 1}), "{kind}");
    }
    let plain = response(200, &[("content-type", "text/plain")], r#"{"a":1}"#);
    assert_eq!(result(&plain, None)["body"], r#"{"a":1}"#);
    assert_eq!(result(&plain, Some(ResponseType::Json))["body"], json!({"a": 1}));
    let json = response(200, &[("content-type", "application/json")], "[1]");
    assert_eq!(result(&json, Some(ResponseType::Text))["body"], "[1]");
}

#[test]
fn what_is_announced_as_json_and_is_none_is_text_unless_json_was_demanded() {
    for body in ["not json", r#"{"a":"\u0000"}"#] {
        let response = response(200, &[("content-type", "application/json")], body);
        assert_eq!(result(&response, None)["body"], body);
        let demanded =
            response::result(&response, Some(ResponseType::Json), Duration::ZERO, &Mask::none());
        assert_eq!(demanded.unwrap_err().code, "response_unreadable");
    }
}

#[test]
fn nothing_is_null_and_what_is_no_text_is_base64() {
    let empty = result(&response(204, &[], ""), None);
    assert_eq!(empty, json!({"status": 204, "headers": {}, "body": null, "durationMs": 7}));
    for bytes in [&b"\xff\xfe"[..], b"a\0b"] {
        let binary = result(&response(200, &[], bytes), None);
        assert_eq!(binary["bodyEncoding"], "base64");
    }
}

#[test]
fn headers_that_hand_out_credentials_are_not_kept() {
    let headers = [
        ("Set-Cookie", "session=1"),
        ("WWW-Authenticate", "Basic"),
        ("X-Api-Key", "k"),
        ("X-Refresh-Token", "t"),
        ("ETag", "\"1\""),
        ("Link", "<a>"),
        ("Link", "<b>"),
    ];
    let result = result(&response(200, &headers, ""), None);
    assert_eq!(result["headers"], json!({"etag": "\"1\"", "link": "<a>, <b>"}));
}

#[test]
fn no_digit_of_a_large_integer_is_lost() {
    let text = br#"{"wei": 115792089237316195423570985008687907853269984665640564039457584007913129639935,
        "neg": -9223372036854775809, "max": 18446744073709551615, "min": -9223372036854775808,
        "list": [18446744073709551616,1.5e30], "say \" 99999999999999999999": "99999999999999999999"}"#;
    let expected = json!({
        "wei": "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "neg": "-9223372036854775809", "max": u64::MAX, "min": i64::MIN,
        "list": ["18446744073709551616", 1.5e30], "say \" 99999999999999999999": "99999999999999999999",
    });
    assert_eq!(exact::read(text).unwrap(), expected);
}

#[test]
fn texts_that_are_no_json_stay_none() {
    for text in
        ["", "{", "\"", "\"\\", "1 99999999999999999999", "0099999999999999999999", "-", "nul"]
    {
        assert!(exact::read(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_refusal_says_whether_and_when_to_come_again() {
    for (status, retryable, category) in [
        (400, false, FailureCategory::Service),
        (401, false, FailureCategory::Auth),
        (404, false, FailureCategory::Service),
        (408, true, FailureCategory::Timeout),
        (425, true, FailureCategory::Service),
        (429, true, FailureCategory::Service),
        (500, true, FailureCategory::Service),
        (503, true, FailureCategory::Service),
        (504, true, FailureCategory::Timeout),
    ] {
        let failure = refused(status, &[], "");
        assert_eq!((failure.code.as_str(), failure.retryable), ("http_status", retryable));
        assert_eq!(failure.category, category, "{status}");
        assert_eq!(failure.details.unwrap()["status"], status);
    }
    let after = |headers: &[(&str, &str)]| {
        refused(503, headers, "").details.unwrap()["retryAfterMs"].clone()
    };
    assert_eq!(after(&[("retry-after", "120")]), 120_000);
    let date = ("date", "Sat, 21 Nov 2026 07:00:00 GMT");
    assert_eq!(after(&[("retry-after", "Sat, 21 Nov 2026 07:00:30 GMT"), date]), 30_000);
    assert_eq!(after(&[("retry-after", "Sat, 21 Nov 2026 06:00:30 GMT"), date]), 0);
    assert_eq!(after(&[("retry-after", "soon")]), Value::Null);
}

#[test]
fn the_excerpt_of_a_refusal_is_short_and_echoes_no_header() {
    let sent = map(&[("authorization", "Bearer s3cr3t-key"), ("x-api-key", "0123456789")]);
    let body =
        format!("you sent Bearer s3cr3t-key, s3cr3t-key and 0123456789 {}", "é".repeat(9_000));
    let failure = failure::of_status(&response(500, &[], body), &sent, &Mask::none());
    let details = failure.details.unwrap();
    let excerpt = details["body"].as_str().unwrap();
    assert!(excerpt.starts_with("you sent [masked], [masked] and [masked] é"), "{excerpt}");
    assert_eq!(excerpt.chars().count(), 2_000);
    assert!(!failure.message.contains("s3cr3t"));
}

#[test]
fn an_unknown_outcome_is_told_to_the_engine_by_its_category() {
    let error = Error::Timeout { host: "a.example".into(), after: Duration::from_secs(1) };
    let failure = failure::of(&error);
    assert_eq!((failure.code.as_str(), failure.retryable), ("timeout", true));
    assert!(failure.leaves_outcome_unknown());
    assert!(failure.message.ends_with("is not known"), "{}", failure.message);
}
