//! A payroll over a hundred recipients, of whom one cannot be paid: it is finished by a retry, and
//! nobody is paid twice.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::support::app_that_reaches;
use crate::support::peer::Peer;

/// Whose account the bank refuses until it is mended.
const CLOSED: &str = "acct-042";

/// The keys under which each account was paid.
static PAID: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());
static MENDED: AtomicBool = AtomicBool::new(false);

async fn bank(request: HttpRequest, payment: web::Json<Value>) -> HttpResponse {
    let account = payment["account"].as_str().unwrap().to_owned();
    if account == CLOSED && !MENDED.load(Ordering::Relaxed) {
        return HttpResponse::UnprocessableEntity().json(json!({"error": "the account is closed"}));
    }
    let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    let payment = format!("p-{account}");
    PAID.lock().unwrap().entry(account).or_default().push(key);
    HttpResponse::Ok().json(json!({ "payment": payment }))
}

#[actix_web::test]
async fn a_payroll_that_failed_goes_on_with_who_was_not_paid() {
    // given a bank that refuses one of a hundred
    let peer = Peer::start(|config| {
        config.default_service(web::to(bank));
    });
    let app = app_that_reaches(&[peer.opening()]).await;
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let example = read(include_str!("../../../examples/payout-loop.json"));
    let mut payroll = read(include_str!("../../../examples/payloads/payroll.json"));
    payroll["endpoint"] = peer.url("/payments").into();
    let workflow = app.published(&example["definition"]).await;

    // when it is run
    let run = app.run_of(&workflow, &payroll).await;
    app.until_status(&run, "failure").await;

    // then the run says which node failed, why, what helps, and what a retry would do
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    let failure = &shown["failure"];
    assert_eq!(
        (&failure["code"], &failure["category"]),
        (&json!("http_status"), &json!("service"))
    );
    assert!(failure.to_string().contains("the account is closed"), "{failure}");
    let remediation = shown["remediation"].as_str().unwrap();
    assert!(remediation.contains("what the service answered"), "{remediation}");
    assert_eq!(shown["executionState"]["pay.41"]["status"], "failure");
    let on_retry = &shown["onRetry"];
    assert_eq!(on_retry["beginsWith"], json!(["pay.41"]));
    assert_eq!(on_retry["outcomeUnknown"], json!([]));
    let before = PAID.lock().unwrap().len();
    assert!((40..100).contains(&before), "{before} were paid");
    // Everybody before was paid; what follows a payment is cut off for those that were under way.
    assert!(on_retry["takenOver"].as_u64().unwrap() >= 41 + 37, "{on_retry}");
    let facts = app.facts(&run).await;
    let Some(engine::Fact::Failed { node, .. }) = facts.last() else { panic!("{facts:?}") };
    assert_eq!(node.as_ref().unwrap().to_string(), "pay.41");

    // when the bank is mended and the run is retried
    MENDED.store(true, Ordering::Relaxed);
    let again = app.client.post(&format!("/v1/runs/{run}/retry"), &json!({})).await.data();
    let again = again["runId"].as_str().unwrap();
    app.until_status(again, "success").await;

    // then everybody was paid once, each under a key of its own
    let paid = PAID.lock().unwrap().clone();
    assert_eq!(paid.len(), 100);
    let twice: Vec<_> = paid.iter().filter(|(_, keys)| keys.len() != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!(paid.values().filter(|keys| keys[0].starts_with(&run)).count(), before);
    let shown = app.client.data(&format!("/v1/runs/{again}")).await;
    assert_eq!(shown["sourceRunId"], json!(run));
    assert_eq!(shown["output"]["report"]["message"], "100 paid");
    let first = &shown["executionState"]["paid.0"]["result"]["message"];
    assert_eq!(*first, "101.50 to acct-001: p-acct-001");

    // and both runs are what the engine decides
    app.replays(&run).await;
    app.replays(again).await;
}
