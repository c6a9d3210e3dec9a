//! Odd requests: whatever they are, none of them is the server's fault.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::Request;
use crate::support::{app, definitions};

#[actix_web::test]
async fn no_odd_request_is_a_failure_inside() {
    let app = app().await;
    let id = app.published(&definitions::waiting()).await;
    let run = app.started_run(&id).await;
    let get = |path: String| app.client.request("GET", &path);
    let post = |path: String, body: Value| app.client.request("POST", &path).json(&body);
    let deep = (0..62).fold(json!(1), |inner, _| json!([inner]));
    let requests: Vec<Request> = vec![
        get("/v1/runs?search=%ff%fe".into()),
        get("/v1/runs?search=%25_%27%3B--".into()),
        get(format!("/v1/runs?search={}", "a".repeat(8_000))),
        get("/v1/runs?offset=10000&limit=100".into()),
        get("/v1/runs?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z".into()),
        get("/v1/runs?minPosition=9223372036854775808".into()),
        get("/v1/activity?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk".into()),
        get("/v1/workflows?cursor=AAAA".into()),
        get(format!("/v1/runs/{run}?nodeIds=,,%00,")),
        get(format!("/v1/runs/{run}/events?after=9223372036854775807")),
        get(format!("/v1/workflows/{id}/versions/4294967295")),
        get(format!("/v1/workflows/{id}/versions/4294967296")),
        get("/v1/actions/%00".into()),
        get("/v1/%2e%2e/healthz".into()),
        get("//v1/runs".into()),
        post(format!("/v1/runs/{run}/nodes/%00/resume"), json!({})),
        post(format!("/v1/runs/{run}/nodes/{}/resume", "n".repeat(5_000)), json!({})),
        post("/v1/webhooks/%00".into(), json!({})),
        post(format!("/v1/webhooks/{}", "w".repeat(8_000)), json!({})),
        post(format!("/v1/workflows/{id}/run"), json!({"payload": deep})),
        post(format!("/v1/workflows/{id}/run"), json!({"payload": null})),
        post(
            format!("/v1/workflows/{id}/run"),
            json!({"payload": {"": [1.5e300, -0.0, "\u{1f600}\u{7f}\u{1b}"]}}),
        ),
        post(format!("/v1/workflows/{id}/run"), json!({"payload": "x".repeat(1_000_000)})),
        post("/v1/workflows/validate".into(), json!({"definition": {"nodes": []}})),
        post("/v1/workflows/validate".into(), json!({"definition": {"nodes": {"root": null}}})),
        post(
            "/v1/workflows/validate".into(),
            json!({"definition": {"nodes": {"root": {"type": "manual", "children": ["root"]}}}}),
        ),
        post("/v1/workflows".into(), json!({"name": "\u{202e}\u{7}", "definition": {}})),
        post(format!("/v1/runs/{run}/cancel"), json!({"reason": "\u{1}\u{2028}"})),
        app.client
            .request("POST", &format!("/v1/workflows/{id}/run"))
            .header("Idempotency-Key", "%00'\"\\"),
        app.client
            .request("POST", &format!("/v1/workflows/{id}/run"))
            .header("X-Request-Id", "a b\u{e9}"),
        app.client.request("OPTIONS", "/v1/runs"),
        app.client.request("HEAD", "/v1/runs"),
    ];
    for request in requests {
        let asked: String = format!("{request:?}").chars().take(300).collect();
        let response = request.send().await;
        assert!(
            (200..500).contains(&response.status),
            "{asked}: {} {}",
            response.status,
            response.text()
        );
    }
}

#[actix_web::test]
async fn a_body_that_drips_is_given_up_after_ten_seconds() {
    let app = app().await;
    let begun = Instant::now();
    let request = app.client.request("POST", "/v1/workflows");
    let request =
        request.header("Content-Type", "application/json").header("Content-Length", "100");
    let response = request.bytes("{\"name\":").send().await;
    assert_eq!((response.status, response.code().as_str()), (408, "body-timeout"));
    assert!((9..13).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(begun.elapsed() > Duration::from_secs(9));
}
