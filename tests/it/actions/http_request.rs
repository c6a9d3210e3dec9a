//! `http-request`, from a resolved payload to a result or a failure.

use std::sync::Mutex;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::actions::{Actions, Call};
use engine::{Failure, FailureCategory};
use serde_json::{Value, json};

use super::{actions, origin};
use crate::support::peer::{Peer, door, raw};

/// `/echo` tells what came, `/status/<n>` answers so and echoes the headers, `/big` is large.
fn shop(config: &mut ServiceConfig) {
    let echo = |request: HttpRequest, body: web::Bytes| async move {
        HttpResponse::Ok().insert_header(("Set-Cookie", "session=1")).json(json!({
            "method": request.method().as_str(),
            "query": request.query_string(),
            "key": header(&request, "idempotency-key"),
            "type": header(&request, "content-type"),
            "body": String::from_utf8(body.to_vec()).unwrap(),
        }))
    };
    let status = |request: HttpRequest, status: web::Path<u16>| async move {
        HttpResponse::build(status.into_inner().try_into().unwrap())
            .insert_header(("Retry-After", "2"))
            .body(format!("no: {:?}", request.headers()))
    };
    config
        .route("/echo", web::to(echo))
        .route("/status/{status}", web::to(status))
        .route("/big", web::to(|| async { "x".repeat(300_000) }));
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

struct Shop {
    peer: Peer,
    actions: Actions,
}

impl Shop {
    fn open() -> Self {
        let peer = Peer::start(shop);
        let actions = actions(&door(&[peer.opening()]));
        Self { peer, actions }
    }

    async fn call(&self, path: &str, mut payload: Value) -> Result<Value, Failure> {
        payload["url"] = self.peer.url(path).into();
        perform(&self.actions, payload, Duration::from_secs(10)).await
    }
}

async fn perform(actions: &Actions, payload: Value, timeout: Duration) -> Result<Value, Failure> {
    let call = Call {
        input: payload.into(),
        idempotency_key: "run_1:pay:1".into(),
        timeout,
        connector: None,
        origin: origin(),
    };
    actions.perform("http-request", call).await.map(|result| (*result).clone())
}

#[actix_web::test]
async fn an_answer_becomes_the_result() {
    let shop = Shop::open();
    let payload = json!({"method": "POST", "query": {"a": 1}, "body": {"order": "A-17"}});
    let result = shop.call("/echo", payload).await.unwrap();
    assert_eq!(result["status"], 200);
    assert_eq!(result["headers"]["content-type"], "application/json");
    assert_eq!(result["headers"]["set-cookie"], Value::Null);
    let body = json!({
        "method": "POST", "query": "a=1", "key": "run_1:pay:1",
        "type": "application/json", "body": r#"{"order":"A-17"}"#,
    });
    assert_eq!(result["body"], body);
}

#[actix_web::test]
async fn the_key_is_the_same_at_each_repetition_and_the_authors_own_wins() {
    let shop = Shop::open();
    for _ in 0..2 {
        let result = shop.call("/echo", json!({"method": "POST"})).await.unwrap();
        assert_eq!(result["body"]["key"], "run_1:pay:1");
    }
    let own = json!({"headers": {"Idempotency-Key": "mine"}});
    assert_eq!(shop.call("/echo", own).await.unwrap()["body"]["key"], "mine");
}

#[actix_web::test]
async fn a_refusing_status_is_a_failure_that_leaks_no_header_of_the_request() {
    let shop = Shop::open();
    let headers =
        json!({"headers": {"Authorization": "Bearer s3cr3t-key", "X-Api-Key": "0123456789"}});
    let failure = shop.call("/status/503", headers).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("http_status", true));
    assert!(!failure.leaves_outcome_unknown());
    let details = failure.details.clone().unwrap();
    assert_eq!((&details["status"], &details["retryAfterMs"]), (&json!(503), &json!(2_000)));
    let all = serde_json::to_string(&failure).unwrap();
    assert!(all.contains("[masked]"), "{all}");
    for secret in ["s3cr3t", "0123456789", "run_1:pay:1"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[actix_web::test]
async fn what_is_expected_is_a_success_and_nothing_else_is() {
    let shop = Shop::open();
    for expected in [json!(404), json!([200, 404])] {
        let result = shop.call("/status/404", json!({"expectStatus": expected})).await.unwrap();
        assert_eq!(result["status"], 404);
    }
    let failure = shop.call("/echo", json!({"expectStatus": 201})).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("http_status", false));
}

#[actix_web::test]
async fn a_response_beyond_its_bound_is_a_failure() {
    let shop = Shop::open();
    for payload in [json!({}), json!({"maxResponseBytes": 10})] {
        let failure = shop.call("/big", payload).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retryable), ("response_too_large", false));
        assert!(failure.message.contains("`maxResponseBytes`"), "{}", failure.message);
    }
}

#[actix_web::test]
async fn silence_is_a_timeout_with_an_unknown_outcome_whichever_limit_is_lower() {
    let held = &*Box::leak(Box::new(Mutex::new(Vec::new())));
    let address = raw(|stream| async { held.lock().unwrap().push(stream) }).await;
    let actions = actions(&door(&[address.to_string()]));
    for (own, shown) in [(100, "100 ms"), (9_000, "400 ms")] {
        let payload = json!({"url": format!("http://{address}/"), "timeoutMs": own});
        let failure = perform(&actions, payload, Duration::from_millis(400)).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retryable), ("timeout", true));
        assert_eq!(failure.category, FailureCategory::Timeout);
        assert!(failure.leaves_outcome_unknown() && failure.message.contains(shown));
    }
}

#[actix_web::test]
async fn an_internal_address_is_refused_whatever_made_it_up() {
    let actions = actions(&door(&[]));
    for url in ["http://169.254.169.254/latest/", "http://localhost:7717/v1/runs"] {
        let failure =
            perform(&actions, json!({"url": url}), Duration::from_secs(10)).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retryable), ("egress_refused", false));
        assert!(failure.message.contains("`egress.allow`"), "{}", failure.message);
    }
}

#[actix_web::test]
async fn a_payload_that_turned_out_wrong_is_never_sent() {
    let shop = Shop::open();
    let failure = shop.call("/echo", json!({"method": "FETCH", "x": 1})).await.unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.category),
        ("invalid_input", FailureCategory::Validation)
    );
    assert_eq!(failure.details.unwrap()["problems"].as_array().unwrap().len(), 2);
    assert_eq!(shop.peer.connections(), 0);
}

#[actix_web::test]
async fn a_type_without_an_action_is_a_failure_and_every_action_of_the_catalog_has_one() {
    let actions = actions(&door(&[]));
    let call = Call {
        input: json!({}).into(),
        idempotency_key: "k".into(),
        timeout: Duration::ZERO,
        connector: None,
        origin: origin(),
    };
    assert_eq!(actions.perform("teleport", call).await.unwrap_err().code, "unknown_action");
    let catalog = chainkeel::catalog::Registry::builtin();
    // A variable is set by the engine, but for one that is kept between runs.
    let is_effect = |spec: &&chainkeel::catalog::Spec| {
        spec.role == chainkeel::catalog::Role::Action || spec.kind == "set-variable"
    };
    let effects: Vec<&str> =
        catalog.specs().filter(is_effect).map(|spec| spec.kind.as_str()).collect();
    assert_eq!(effects, actions.types().collect::<Vec<_>>());
}
