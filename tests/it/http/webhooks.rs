//! What the outside starts and resumes by secret.

use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app, definitions};

async fn deliver(app: &TestApp, url: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let path = &url[url.find("/v1/").unwrap()..];
    let request = app.client.stranger().request("POST", path).bytes(body);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.send().await
}

async fn webhook_url(app: &TestApp, workflow: &str) -> String {
    let workflow = app.client.data(&format!("/v1/workflows/{workflow}")).await;
    workflow["webhookUrl"].as_str().unwrap().to_owned()
}

async fn trigger_of(app: &TestApp, run: &Value) -> Value {
    let events =
        app.client.data(&format!("/v1/runs/{}/events?limit=1", run.as_str().unwrap())).await;
    events["items"][0]["payload"]["started"]["trigger"].clone()
}

#[actix_web::test]
async fn a_delivery_starts_a_run_and_its_secrets_stay_outside_the_ledger() {
    let app = app().await;
    let url = webhook_url(&app, &app.published(&definitions::pure()).await).await;
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", "push"),
        ("X-Hub-Signature-256", "sha256=abc"),
        ("Cookie", "session=1"),
        ("X-Api-Key", "hunter2"),
    ];
    let answer = app
        .eventually(|| deliver(&app, &url, &headers, r#"{"amount":250}"#), |a| a.status == 202)
        .await;
    let trigger = trigger_of(&app, &answer.data()["runId"]).await;
    assert_eq!((&trigger["kind"], &trigger["body"]), (&json!("webhook"), &json!({"amount": 250})));
    assert_eq!(trigger["headers"]["x-github-event"], "push");
    assert!(!trigger.to_string().contains("hunter2"));
    assert!(trigger["headers"].get("x-hub-signature-256").is_none());
    assert!(trigger["headers"].get("cookie").is_none());
}

#[actix_web::test]
async fn a_delivery_that_is_repeated_starts_one_run() {
    let app = app().await;
    let url = webhook_url(&app, &app.published(&definitions::pure()).await).await;
    let headers = [("Content-Type", "application/json"), ("X-GitHub-Delivery", "72d3162e")];
    let first = app.eventually(|| deliver(&app, &url, &headers, "{}"), |a| a.status == 202).await;
    let again = deliver(&app, &url, &headers, "{}").await;
    assert_eq!((again.status, &again.data()["runId"]), (202, &first.data()["runId"]));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(app.count_runs().await, 1);
}

#[actix_web::test]
async fn forms_and_texts_come_as_strings_and_other_types_not_at_all() {
    let app = app().await;
    let url = webhook_url(&app, &app.published(&definitions::pure()).await).await;
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer =
        app.eventually(|| deliver(&app, &url, &form, "a=1&b=2"), |a| a.status == 202).await;
    assert_eq!(trigger_of(&app, &answer.data()["runId"]).await["body"], "a=1&b=2");
    let image = deliver(&app, &url, &[("Content-Type", "image/png")], "x").await;
    assert_eq!((image.status, image.code().as_str()), (415, "unsupported-media-type"));
    let broken = deliver(&app, &url, &[("Content-Type", "application/json")], "{").await;
    assert_eq!((broken.status, broken.code().as_str()), (400, "invalid-json"));
}

#[actix_web::test]
async fn nobody_listens_for_a_paused_workflow() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let url = webhook_url(&app, &id).await;
    app.eventually(|| deliver(&app, &url, &[], ""), |a| a.status == 202).await;
    app.client.request("POST", &format!("/v1/workflows/{id}/pause")).send().await.data();
    app.eventually(|| deliver(&app, &url, &[], ""), |a| a.status == 404).await;
}

#[actix_web::test]
async fn a_wait_is_resumed_by_the_workflows_secret_and_only_once() {
    let app = app().await;
    let id = app.published(&definitions::waiting()).await;
    let secret = webhook_url(&app, &id).await.rsplit('/').next().unwrap().to_owned();
    let run = app.started_run(&id).await;
    app.until_status(&run, "waiting").await;
    let path = format!("/v1/runs/{run}/nodes/approval/resume?secret={secret}");
    let (stranger, data) = (app.client.stranger(), json!({"payload": {"by": "Ada"}}));
    let resume = || stranger.post(&path, &data);
    assert_eq!(resume().await.data(), json!({"action": "resumed", "reason": null}));
    assert_eq!(resume().await.data()["action"], "skipped");
    app.until_status(&run, "success").await;
    let shown = app.client.data(&format!("/v1/runs/{run}?nodeIds=yes")).await;
    assert_eq!(shown["executionState"]["yes"]["result"]["message"], "Ada approved");
    let events = app.client.data(&format!("/v1/runs/{run}/events")).await;
    let resumed =
        events["items"].as_array().unwrap().iter().find(|e| e["type"] == "wait_resumed").unwrap();
    assert_eq!(resumed["metadata"]["actor"], format!("webhook:{id}"));
}
