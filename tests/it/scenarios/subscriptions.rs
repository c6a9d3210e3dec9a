//! Events are sent to those outside who subscribed to them, signed, and nobody waits for a receiver
//! that does not answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::app_that_reaches;
use crate::support::peer::Peer;

const SUBSCRIPTIONS: &str = "/v1/event-subscriptions";

/// What a receiver was sent.
#[derive(Debug, Clone)]
struct Received {
    path: String,
    id: String,
    timestamp: String,
    signature: String,
    authorization: String,
    body: String,
}

static RECEIVED: Mutex<Vec<Received>> = Mutex::new(Vec::new());

/// Whether the receiver that was broken takes events by now.
static IS_MENDED: AtomicBool = AtomicBool::new(false);

/// When the receiver that is busy was asked.
static ASKED: Mutex<Vec<Instant>> = Mutex::new(Vec::new());

/// Takes what comes; one path never answers, and one refuses until it is mended.
async fn receiver(request: HttpRequest, body: String) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let path = request.path().to_owned();
    if path == "/silent" {
        actix_web::rt::time::sleep(Duration::from_mins(1)).await;
    }
    if path == "/busy" {
        let mut asked = ASKED.lock().unwrap();
        asked.push(Instant::now());
        if asked.len() == 1 {
            return HttpResponse::TooManyRequests().insert_header(("retry-after", "1")).finish();
        }
    }
    if path == "/broken" && !IS_MENDED.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    RECEIVED.lock().unwrap().push(Received {
        path,
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        authorization: header("authorization"),
        body,
    });
    HttpResponse::NoContent().finish()
}

fn received(path: &str) -> Vec<Received> {
    let all = RECEIVED.lock().unwrap();
    all.iter().filter(|it| it.path == path).cloned().collect()
}

/// As a receiver computes it from the secret that it was given.
fn signature(secret: &str, it: &Received) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{}", it.id, it.timestamp, it.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[actix_web::test]
async fn events_are_sent_signed_and_what_nobody_takes_becomes_a_dead_letter() {
    // given a receiver of large orders, one that never answers, and one that is broken
    let peer = Peer::start(|config| {
        config.default_service(web::to(receiver));
    });
    let app = app_that_reaches(&[peer.opening()]).await;
    let subscribe = async |path: &str, more: Value| -> (String, String) {
        let mut body = json!({"pattern": "order.*", "url": peer.url(path)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = app.client.post(SUBSCRIPTIONS, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.data();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["subscription"]["id"]), text(&made["secret"]))
    };
    let retry = json!({"maxAttempts": 2, "initialDelayMs": 100, "maxDelayMs": 100});
    let (silent, _) = subscribe("/silent", json!({})).await;
    let (broken, former) = subscribe("/broken", json!({ "retry": retry })).await;
    let large = json!({
        "condition": {"$and": [{"payload.amount": {"$gte": 5}}]},
        "headers": {"Authorization": "Bearer let-me-in"},
    });
    let (good, secret) = subscribe("/good", large).await;

    // then neither secret nor header is shown again, or stands on the ledger
    let shown = app.client.get(&format!("{SUBSCRIPTIONS}/{good}")).await.text().clone();
    assert!(shown.contains("Authorization") && !shown.contains("let-me-in"), "{shown}");
    assert!(!shown.contains(secret.strip_prefix("whsec_").unwrap()), "{shown}");
    let told = "select count(*) from events where strpos(payload::text, $1) > 0";
    for word in [secret.strip_prefix("whsec_").unwrap(), "let-me-in"] {
        assert_eq!(app.count_of(told, word).await, 0);
    }

    // when events come, then what is meant is sent, and signed so that its receiver knows it
    let mut events = Vec::new();
    for amount in [7, 4, 9] {
        let event = json!({"event": "order.paid", "payload": {"amount": amount}, "source": "shop"});
        let taken = app.client.post("/v1/events", &event).await.data();
        events.push(taken["eventId"].as_str().unwrap().to_owned());
    }
    let sent = app.eventually(async || received("/good"), |sent| sent.len() == 2).await;
    for it in &sent {
        assert_eq!(it.signature, signature(&secret, it));
        assert_eq!(it.authorization, "Bearer let-me-in");
        let body: Value = serde_json::from_str(&it.body).unwrap();
        assert_eq!((&body["type"], &body["source"]), (&json!("order.paid"), &json!("shop")));
        assert_eq!(body["id"], it.id);
        let at = if body["data"]["amount"] == 7 { 0 } else { 2 };
        assert_eq!(it.id, events[at]);
    }

    // and what the broken one does not take is tried twice and given up, while the silent one waits
    let letters = format!("/v1/dead-letters?reaction={broken}");
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    let dead = app.eventually(|| app.client.data(&letters), |page| count(page) == 3).await;
    for letter in dead["items"].as_array().unwrap() {
        assert_eq!((&letter["tries"], letter["history"].as_array().unwrap().len()), (&json!(2), 2));
        assert_eq!(letter["reason"], "the endpoint answered with 503");
    }
    let waits = app.client.data(&format!("{SUBSCRIPTIONS}/{silent}")).await;
    assert_eq!((&waits["waiting"], &waits["dead"]), (&json!(3), &json!(0)));

    // and when it is mended and they are tried again, each is there
    IS_MENDED.store(true, Ordering::Relaxed);
    let wanted = json!({ "reaction": broken });
    let again = app.client.post("/v1/dead-letters/reprocess", &wanted).await.data();
    assert_eq!(again["reprocessed"], 3);
    app.eventually(|| app.client.data(&letters), |page| count(page) == 0).await;
    let got = app.eventually(async || received("/broken"), |got| got.len() == 3).await;
    assert!(events.iter().all(|event| got.iter().any(|it| it.id == *event)));

    // and one that is suspended gets nothing, one that was removed is gone with its secret
    let sealed = app.count_sealed().await;
    let suspended = json!({"status": "suspended"});
    app.client.post(&format!("{SUBSCRIPTIONS}/{good}/status"), &suspended).await.data();
    let removed = app.client.request("DELETE", &format!("{SUBSCRIPTIONS}/{silent}")).send().await;
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(app.count_sealed().await, sealed - 1);
    let event = json!({"event": "order.paid", "payload": {"amount": 8}});
    app.client.post("/v1/events", &event).await.data();
    app.eventually(async || received("/broken"), |got| got.len() == 4).await;
    assert_eq!(received("/good").len(), 2);
    let all = app.client.data(SUBSCRIPTIONS).await;
    assert_eq!(count(&all), 2);

    // and one is changed in place and signed with a new secret, and with the former for a while
    let path = format!("{SUBSCRIPTIONS}/{broken}");
    let rotated = app.client.post(&format!("{path}/rotate-secret"), &json!({})).await.data();
    let latest = rotated["secret"].as_str().unwrap();
    assert_ne!(latest, former);
    let change = async |id: &str, change: Value| {
        app.client.request("PATCH", &format!("{SUBSCRIPTIONS}/{id}")).json(&change).send().await
    };
    let busy = json!({"pattern": "invoice.*", "url": peer.url("/busy")});
    let changed = change(&broken, busy).await.data();
    assert_eq!(changed["pattern"], "invoice.*");
    assert!(changed["formerSecretUntil"].is_string(), "{changed}");
    let event = json!({"event": "invoice.paid"});
    app.client.post("/v1/events", &event).await.data();
    let sent = app.eventually(async || received("/busy"), |sent| sent.len() == 1).await;
    let both = format!("{} {}", signature(latest, &sent[0]), signature(&former, &sent[0]));
    assert_eq!(sent[0].signature, both);

    // who asks for a second is left alone for a second
    let asked = ASKED.lock().unwrap().clone();
    assert!(asked.len() == 2 && asked[1] - asked[0] >= Duration::from_millis(950), "{asked:?}");

    // a secret that was lost signs no more, and headers are taken nowhere else
    let at_once = json!({"overlapMs": 0});
    let rotated = app.client.post(&format!("{path}/rotate-secret"), &at_once).await.data();
    let latest = rotated["secret"].as_str().unwrap();
    app.client.post("/v1/events", &event).await.data();
    let sent = app.eventually(async || received("/busy"), |sent| sent.len() == 2).await;
    assert_eq!(sent[1].signature, signature(latest, &sent[1]));
    let refused = change(&good, json!({"url": "https://elsewhere.example.com/"})).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("/url"), "{}", refused.text());
    assert_eq!(change(&silent, json!({})).await.status, 404);
}
