//! Triggers that are a file: one that sends, and one that is asked.

use std::sync::Mutex;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::primitives::{Clock as _, SystemClock};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::peer::Peer;
use crate::support::{TestApp, app_that_reaches};

/// What the feed answers with: `None` for "not so fast".
static FEED: Mutex<Option<Vec<&str>>> = Mutex::new(Some(Vec::new()));

fn configure(config: &mut ServiceConfig) {
    config.route("/feed", web::get().to(feed));
}

async fn feed(_: HttpRequest) -> HttpResponse {
    let Some(items) = FEED.lock().unwrap().clone() else {
        return HttpResponse::TooManyRequests().insert_header(("Retry-After", "1800")).finish();
    };
    let item = |id: &&str| format!("<item><guid>{id}</guid><title>Item {id}</title></item>");
    let items: String = items.iter().map(item).collect();
    HttpResponse::Ok().body(format!("<rss><channel>{items}</channel></rss>"))
}

fn tell(items: Option<Vec<&'static str>>) {
    *FEED.lock().unwrap() = items;
}

fn definition(kind: &str, payload: &Value, connector: Option<&str>) -> Value {
    let mut root = json!({"type": kind, "payload": payload, "children": ["note"]});
    if let Some(id) = connector {
        root["connector"] = json!({"type": "webhook-secret", "id": id});
    }
    json!({"nodes": {
        "root": root,
        "note": {"type": "log", "payload": {"message": "{{$trigger.body}}"}},
    }})
}

/// Publishes the draft, whereupon the source is asked at once; how it stands then.
async fn asked(app: &TestApp, id: &str, definition: &Value) -> Value {
    let path = format!("/v1/workflows/{id}/source");
    let before = app.client.data(&path).await["polledAt"].clone();
    let named = format!("again after {before}");
    let body = json!({"name": named, "definition": definition});
    app.client.request("PUT", &format!("/v1/workflows/{id}")).json(&body).send().await.data();
    app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    app.eventually(|| app.client.data(&path), |shown| shown["polledAt"] != before).await
}

#[expect(clippy::disallowed_methods, reason = "tests ask ad hoc")]
async fn forget_what_was_read(app: &TestApp, cursor: &str) {
    let query = "update source_cursors set cursor = $1";
    sqlx::query(query).bind(cursor).execute(&app.database.pool).await.unwrap();
}

#[actix_web::test]
async fn a_feed_that_is_asked_starts_one_run_an_item_whatever_happens_in_between() {
    tell(Some(vec!["n-1"]));
    let peer = Peer::start(configure);
    let app = app_that_reaches(&[peer.opening()]).await;
    let settings = json!({"url": peer.url("/feed")});
    let draft = definition("rss-new-item", &settings, None);
    let id = app.created(&draft).await;
    let first = asked(&app, &id, &draft).await;
    assert_eq!((&first["status"], &first["items"]), (&json!("reading"), &json!(0)), "{first}");
    assert_eq!(app.count_runs().await, 0, "what is there already starts nothing");

    tell(Some(vec!["n-3", "n-2", "n-1"]));
    assert_eq!(asked(&app, &id, &draft).await["items"], 2);
    assert_eq!(app.count_runs().await, 2);
    // It dies after it has fired, and before it has written down how far it read.
    forget_what_was_read(&app, r#"{"at":"","seen":["n-1"]}"#).await;
    assert_eq!(asked(&app, &id, &draft).await["items"], 4);
    assert_eq!(app.count_runs().await, 2, "the items are the same");
    let page = app
        .client
        .data(&format!("/v1/runs?workflowId={id}&minPosition={}", app.head().await))
        .await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);

    tell(None);
    let failing = asked(&app, &id, &draft).await;
    assert_eq!((&failing["status"], &failing["failures"]), (&json!("failing"), &json!(1)));
    assert_eq!(failing["problem"], "it answers 429 Too Many Requests");
    let at = |field: &str| {
        let text = failing[field].as_str().unwrap();
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
    };
    assert!((at("nextAt") - at("polledAt")).whole_seconds() >= 1_800, "{failing}");
    // What came meanwhile is not lost.
    tell(Some(vec!["n-4", "n-3", "n-2"]));
    assert_eq!(asked(&app, &id, &draft).await["status"], "reading");
    assert_eq!(app.count_runs().await, 3);

    let data = json!({"secret": "whsec_test_secret"});
    let body = json!({"name": "Stripe", "type": "webhook-secret", "data": data});
    let connector = app.client.post("/v1/connectors", &body).await.data();
    let connector = connector["id"].as_str().unwrap().to_owned();
    let draft = definition("stripe-payment-receive", &json!({}), None);
    let found =
        app.client.post("/v1/workflows/validate", &json!({"definition": draft})).await.data();
    assert_eq!(found["problems"][0]["path"], "/nodes/root/connector");
    let draft = definition("stripe-payment-receive", &json!({}), Some(&connector));
    let id = app.published(&draft).await;
    let shown = app.client.data(&format!("/v1/workflows/{id}")).await;
    let url = shown["webhookUrl"].as_str().unwrap().to_owned();
    let deliver = async |kind: &str| {
        let event = json!({"id": format!("evt_{kind}"), "type": kind, "data": {"object": {"id": "pi_1", "amount": 1200}}});
        let (event, now) = (event.to_string(), SystemClock.now().unix_timestamp());
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test_secret").unwrap();
        mac.update(format!("{now}.{event}").as_bytes());
        let code = chainkeel::primitives::hex(&mac.finalize().into_bytes());
        let request = app.client.stranger().request("POST", &url[url.find("/v1/").unwrap()..]);
        let request = request.header("Content-Type", "application/json").bytes(event);
        request.header("Stripe-Signature", &format!("t={now},v1={code}")).send().await
    };
    let other = app.eventually(|| deliver("charge.failed"), |answer| answer.status == 202).await;
    assert_eq!(other.data(), json!({"skipped": "ignored"}));
    let paid = deliver("payment_intent.succeeded").await.data();
    let run = paid["runId"].as_str().unwrap();
    let events = app.client.data(&format!("/v1/runs/{run}/events?limit=1")).await;
    let trigger = &events["items"][0]["payload"]["started"]["trigger"];
    assert_eq!(trigger["kind"], "stripe-payment-receive");
    assert_eq!(
        (&trigger["body"]["amount"], &trigger["body"]["paymentId"]),
        (&json!(1200), &json!("pi_1"))
    );
}
