//! Bad requests: each is refused with a clear 4xx, and nothing is written.

use serde_json::json;

use crate::support::client::{Client, Request};
use crate::support::{TestApp, app, definitions};

/// What is wrong, the request, and the status and code that it must get.
type Case = (&'static str, Request, u16, &'static str);

#[actix_web::test]
async fn bad_requests_are_refused_clearly_and_write_nothing() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let run = app.finished_run(&workflow).await;
    // Who was refused at the door is noted a little later: that is no work of the request.
    let written = "select count(*) from events where aggregate_type <> 'audit'";
    let before = app.count(written).await;
    let cases = cases(&app.client, &workflow, &run);
    assert!(cases.len() >= 40, "{} cases", cases.len());
    for (what, request, status, code) in cases {
        let response = request.send().await;
        let answer = format!("{what}: {} {}", response.status, response.text());
        assert_eq!(response.status, status, "{answer}");
        assert_eq!(response.header("content-type"), Some("application/problem+json"), "{answer}");
        let problem = response.json();
        assert_eq!(problem["code"], code, "{answer}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{answer}");
        assert_eq!(problem["requestId"].as_str(), response.header("x-request-id"), "{answer}");
        assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
    }
    assert_eq!(app.count(written).await, before, "a refused request wrote something");
}

fn cases(client: &Client, workflow: &str, run: &str) -> Vec<Case> {
    let mut all = bodies(client);
    all.extend(shapes(client, workflow, run));
    all.extend(parameters(client, workflow, run));
    all.extend(states(client, workflow, run));
    all.extend(events(client));
    all.extend(strangers(client, run));
    all
}

fn raw(client: &Client, body: impl Into<Vec<u8>>) -> Request {
    client.request("POST", "/v1/workflows").header("Content-Type", "application/json").bytes(body)
}

fn bodies(client: &Client) -> Vec<Case> {
    let create =
        |definition: &str| raw(client, format!(r#"{{"name":"a","definition":{definition}}}"#));
    let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    vec![
        ("no JSON at all", raw(client, "name=a"), 400, "invalid-json"),
        ("half a body", raw(client, r#"{"name":"a""#), 400, "invalid-json"),
        ("a comma too many", raw(client, r#"{"name":"a",}"#), 400, "invalid-json"),
        ("two values", raw(client, "{} {}"), 400, "invalid-json"),
        (
            "bytes that are no UTF-8",
            raw(client, b"{\"name\":\"\xff\"}".to_vec()),
            400,
            "invalid-json",
        ),
        ("a lone surrogate", raw(client, r#"{"name":"\ud800"}"#), 400, "invalid-json"),
        (
            "a NUL in a text",
            raw(client, r#"{"name":"a\u0000b","definition":{}}"#),
            400,
            "invalid-json",
        ),
        ("a NUL in a name", create(r#"{"a\u0000":1}"#), 400, "invalid-json"),
        (
            "a field twice",
            raw(client, r#"{"name":"a","name":"b","definition":{}}"#),
            400,
            "invalid-json",
        ),
        ("an integer beyond 64 bits", create(r#"{"a":18446744073709551616}"#), 400, "invalid-json"),
        (
            "a negative one beyond 64 bits",
            create(r#"{"a":-9223372036854775809}"#),
            400,
            "invalid-json",
        ),
        ("over 64 levels", create(&nested(65)), 400, "invalid-json"),
        ("a hundred thousand brackets", raw(client, "[".repeat(100_000)), 400, "invalid-json"),
        ("over a mebibyte", raw(client, vec![b' '; 1024 * 1024 + 1]), 413, "body-too-large"),
        (
            "over a mebibyte in chunks",
            raw(client, chunked(&vec![b' '; 1024 * 1024 + 1]))
                .header("Transfer-Encoding", "chunked"),
            413,
            "body-too-large",
        ),
        (
            "a length that is announced too large",
            raw(client, "{}").header("Content-Length", "99999999"),
            413,
            "body-too-large",
        ),
        (
            "text",
            client
                .request("POST", "/v1/workflows")
                .header("Content-Type", "text/plain")
                .bytes("{}"),
            415,
            "unsupported-media-type",
        ),
        (
            "a body of no type",
            client.request("POST", "/v1/workflows").bytes("{}"),
            415,
            "unsupported-media-type",
        ),
        (
            "multipart where JSON is expected",
            client
                .request("POST", "/v1/workflows")
                .header("Content-Type", "multipart/form-data; boundary=x")
                .bytes("--x--"),
            415,
            "unsupported-media-type",
        ),
        (
            "a compressed body",
            raw(client, "{}").header("Content-Encoding", "gzip"),
            415,
            "unsupported-media-type",
        ),
    ]
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{:x}\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes.extend(b"\r\n0\r\n\r\n");
    bytes
}

fn shapes(client: &Client, workflow: &str, run: &str) -> Vec<Case> {
    let post = |path: &str, body| client.request("POST", path).json(&body);
    let of_workflow = |verb: &str, body| post(&format!("/v1/workflows/{workflow}/{verb}"), body);
    let save = |body| client.request("PUT", &format!("/v1/workflows/{workflow}")).json(&body);
    let wrong = "invalid-body";
    vec![
        ("nothing", client.request("POST", "/v1/workflows"), 422, wrong),
        ("a list", post("/v1/workflows", json!([])), 422, wrong),
        ("no definition", post("/v1/workflows", json!({"name": "a"})), 422, wrong),
        (
            "a number for a name",
            post("/v1/workflows", json!({"name": 1, "definition": {}})),
            422,
            wrong,
        ),
        (
            "a text for a definition",
            post("/v1/workflows", json!({"name": "a", "definition": "x"})),
            422,
            wrong,
        ),
        (
            "a field that does not exist",
            post(
                "/v1/workflows",
                json!({"name": "a", "definition": {}, "organizationId": "org_x"}),
            ),
            422,
            wrong,
        ),
        (
            "an empty name",
            post("/v1/workflows", json!({"name": " ", "definition": {}})),
            422,
            wrong,
        ),
        (
            "a name without end",
            post("/v1/workflows", json!({"name": "a".repeat(201), "definition": {}})),
            422,
            wrong,
        ),
        ("nothing to save", save(json!({})), 422, wrong),
        (
            "a text for a version",
            save(json!({"expectedCurrentVersion": "1", "name": "a"})),
            422,
            wrong,
        ),
        ("a negative version", of_workflow("publish", json!({"expectedVersion": -1})), 422, wrong),
        (
            "a fraction for a version",
            of_workflow("rollback", json!({"versionNumber": 1.5})),
            422,
            wrong,
        ),
        ("no version to roll back to", of_workflow("rollback", json!({})), 422, wrong),
        ("a field for a pause", of_workflow("pause", json!({"reason": "x"})), 422, wrong),
        ("an input that is not the payload", of_workflow("run", json!({"input": {}})), 422, wrong),
        (
            "a list for a reason",
            post(&format!("/v1/runs/{run}/cancel"), json!({"reason": []})),
            422,
            wrong,
        ),
        (
            "a novel for a reason",
            post(&format!("/v1/runs/{run}/cancel"), json!({"reason": "a".repeat(1_001)})),
            422,
            wrong,
        ),
        (
            "data and payload",
            post(&format!("/v1/runs/{run}/nodes/root/resume"), json!({"data": 1, "payload": 2})),
            422,
            wrong,
        ),
    ]
}

fn parameters(client: &Client, workflow: &str, run: &str) -> Vec<Case> {
    let get = |path: &str| client.request("GET", path);
    let keyed = |key: &str| raw(client, "{}").header("Idempotency-Key", key);
    vec![
        ("an id that is none", get("/v1/runs/run_1"), 400, "invalid-path"),
        ("an id of another kind", get(&format!("/v1/runs/{workflow}")), 400, "invalid-path"),
        (
            "a version that is no number",
            get(&format!("/v1/workflows/{workflow}/versions/x")),
            400,
            "invalid-path",
        ),
        ("an unknown parameter", get("/v1/runs?page=1"), 400, "invalid-query"),
        ("a parameter twice", get("/v1/runs?limit=1&limit=2"), 400, "invalid-query"),
        ("a limit of nothing", get("/v1/runs?limit=0"), 400, "invalid-query"),
        ("a limit without end", get("/v1/runs?limit=101"), 400, "invalid-query"),
        ("a limit in words", get("/v1/runs?limit=many"), 400, "invalid-query"),
        ("a negative offset", get("/v1/runs?offset=-1"), 400, "invalid-query"),
        ("an offset and a cursor", get("/v1/runs?offset=1&cursor=x"), 400, "invalid-query"),
        ("a cursor that nobody gave out", get("/v1/runs?cursor=%25%25"), 400, "invalid-query"),
        ("a status that does not exist", get("/v1/runs?status=done"), 400, "invalid-query"),
        ("a time that is none", get("/v1/runs?from=yesterday"), 400, "invalid-query"),
        ("a NUL in a search", get("/v1/runs?search=a%00b"), 400, "invalid-query"),
        ("a negative position", get("/v1/runs?minPosition=-1"), 400, "invalid-query"),
        (
            "a negative sequence",
            get(&format!("/v1/runs/{run}/events?after=-1")),
            400,
            "invalid-query",
        ),
        (
            "an event id that is none",
            get(&format!("/v1/runs/{run}/stream")).header("Last-Event-ID", "abc"),
            400,
            "invalid-header",
        ),
        ("an endless key", keyed(&"k".repeat(256)), 400, "invalid-header"),
        (
            "two keys",
            raw(client, "{}").header("Idempotency-Key", "a").header("Idempotency-Key", "b"),
            400,
            "invalid-header",
        ),
        ("an event's id that is none", get("/v1/events/evt_1"), 400, "invalid-path"),
        ("a path that does not exist", get("/v1/nothing"), 404, "not-found"),
        (
            "a method that does not exist",
            client.request("PATCH", "/v1/workflows"),
            405,
            "method-not-allowed",
        ),
    ]
}

fn events(client: &Client) -> Vec<Case> {
    let post = |body| client.request("POST", "/v1/events").json(&body);
    vec![
        (
            "an unknown event",
            client.request("GET", "/v1/events/evt_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            404,
            "event-not-found",
        ),
        ("an event without a name", post(json!({"payload": {}})), 422, "invalid-body"),
        (
            "an event whose name is a pattern",
            post(json!({"event": "order.*"})),
            422,
            "invalid-body",
        ),
        (
            "an event that is larger than any run may take",
            post(json!({"event": "a", "payload": "x".repeat(300_000)})),
            422,
            "invalid-body",
        ),
        ("an event from nowhere", post(json!({"event": "a", "source": " "})), 422, "invalid-body"),
        (
            "an event with a field too many",
            post(json!({"event": "a", "eventId": "evt_1"})),
            422,
            "invalid-body",
        ),
    ]
}

fn states(client: &Client, workflow: &str, run: &str) -> Vec<Case> {
    const NOBODY: &str = "wf_7zzzzzzzzzzzzzzzzzzzzzzzzz";
    const NO_RUN: &str = "run_7zzzzzzzzzzzzzzzzzzzzzzzzz";
    let post = |path: String, body| client.request("POST", &path).json(&body);
    let of_workflow = |verb: &str, body| post(format!("/v1/workflows/{workflow}/{verb}"), body);
    let none = json!({});
    vec![
        (
            "an unknown workflow",
            client.request("GET", &format!("/v1/workflows/{NOBODY}")),
            404,
            "workflow-not-found",
        ),
        (
            "a run of an unknown workflow",
            post(format!("/v1/workflows/{NOBODY}/run"), none.clone()),
            404,
            "workflow-not-found",
        ),
        (
            "an unknown run",
            client.request("GET", &format!("/v1/runs/{NO_RUN}")),
            404,
            "run-not-found",
        ),
        (
            "the stream of an unknown run",
            client.request("GET", &format!("/v1/runs/{NO_RUN}/stream")),
            404,
            "run-not-found",
        ),
        (
            "an unknown version",
            client.request("GET", &format!("/v1/workflows/{workflow}/versions/9")),
            404,
            "version-not-found",
        ),
        (
            "an end for what has ended",
            post(format!("/v1/runs/{run}/cancel"), none.clone()),
            409,
            "run-refuses",
        ),
        (
            "a retry of what went well",
            post(format!("/v1/runs/{run}/retry"), none.clone()),
            409,
            "run-refuses",
        ),
        (
            "a draft that is not there",
            of_workflow("publish", none.clone()),
            409,
            "workflow-refuses",
        ),
        ("a resume of what runs", of_workflow("resume", none), 409, "workflow-refuses"),
        (
            "a version that has passed",
            of_workflow("publish", json!({"expectedVersion": 1})),
            409,
            "version-conflict",
        ),
        (
            "a version that never was",
            of_workflow("rollback", json!({"versionNumber": 9})),
            404,
            "version-not-found",
        ),
    ]
}

fn strangers(client: &Client, run: &str) -> Vec<Case> {
    let get = |header: &str| client.request("GET", "/v1/runs").header("Authorization", header);
    let stranger = client.stranger();
    vec![
        ("no key", stranger.request("GET", "/v1/runs"), 401, "unauthenticated"),
        ("a wrong key", get("Bearer wrong"), 401, "unauthenticated"),
        ("a mistyped key", get("Bearer ck_live_short"), 401, "unauthenticated"),
        ("another scheme", get("Basic YTpi"), 401, "unauthenticated"),
        ("a scheme and nothing", get("Bearer "), 401, "unauthenticated"),
        (
            "a wrong secret",
            stranger.request("POST", &format!("/v1/runs/{run}/nodes/root/resume?secret=whs_wrong")),
            401,
            "unauthenticated",
        ),
        (
            "a webhook that nobody has",
            stranger.request("POST", "/v1/webhooks/whs_wrong"),
            404,
            "webhook-not-found",
        ),
        (
            "a webhook asked for its page",
            stranger.request("DELETE", "/v1/webhooks/whs_wrong"),
            405,
            "method-not-allowed",
        ),
    ]
}

#[actix_web::test]
async fn a_fault_is_named_by_its_place() {
    let app: TestApp = app().await;
    let bad = json!({"name": "a", "definition": {}, "extra": 1});
    let problem = app.client.post("/v1/workflows", &bad).await.json();
    assert_eq!(problem["details"][0]["path"], "/extra");
    let problem = app.client.get("/v1/runs?limit=x").await.json();
    assert_eq!(problem["details"][0]["path"], "limit");
}
