//! Runs use compute units; when none are left, workflows stop and say so, until units are added.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

async fn balance(app: &TestApp) -> Value {
    app.client.data("/v1/usage/balance").await
}

async fn plan(app: &TestApp, body: &Value) -> Value {
    app.client.request("PUT", "/v1/usage/plan").json(body).send().await.data()
}

/// A run that is over and counted; its id.
async fn counted_run(app: &TestApp, workflow: &str) -> String {
    let run = app.finished_run(workflow).await;
    let path = format!("/v1/runs/{run}?summary=true");
    app.eventually(|| app.client.data(&path), |shown| shown["computeUnits"] == 3).await;
    run
}

#[actix_web::test]
async fn a_run_shows_what_it_used_and_the_days_show_what_used_it() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    // The trigger, the condition and one of the two logs: the other one is skipped and costs nothing.
    let run = counted_run(&app, &workflow).await;
    counted_run(&app, &workflow).await;
    let listed = app.client.data("/v1/runs").await;
    assert_eq!(listed["items"][0]["computeUnits"], 3, "{listed}");

    let month = app.client.data("/v1/usage").await;
    assert_eq!(month["summary"]["used"], 6, "{month}");
    assert_eq!(month["workflows"], json!([{ "workflowId": workflow, "count": 6, "cu": 6 }]));
    let day = &app.client.data(&format!("/v1/usage/daily?workflowId={workflow}")).await["items"][0];
    assert_eq!((&day["used"], &day["breakdown"].as_array().unwrap().len()), (&json!(6), &3));
    let part =
        json!({ "nodeType": "manual", "type": "trigger", "pricesVersion": 1, "count": 2, "cu": 2 });
    assert!(day["breakdown"].as_array().unwrap().contains(&part), "{day}");
    let none = app.client.data("/v1/usage/daily?nodeType=http-request").await;
    assert_eq!(none["items"], json!([]));
    let past = app.client.data("/v1/usage?yearMonth=2020-01").await;
    assert_eq!(past["summary"]["used"], 0);

    let prices = app.client.data("/v1/usage/prices").await;
    assert_eq!(prices["tables"][0]["prices"]["http-request"], 5);
    assert!(app.facts(&run).await.len() > 3);
}

#[actix_web::test]
async fn an_installation_that_says_nothing_stops_nobody() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    for _ in 0..3 {
        counted_run(&app, &workflow).await;
    }
    let shown = balance(&app).await;
    assert_eq!((&shown["mode"], &shown["balance"]), (&json!("unlimited"), &Value::Null));
    assert_eq!(shown["exhausted"], false);
}

#[actix_web::test]
async fn used_up_units_pause_workflows_and_refuse_runs_until_units_are_added() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let account = plan(&app, &json!({ "mode": "metered", "monthlyGrant": 4 })).await;
    assert_eq!((&account["credited"], &account["exhausted"]), (&json!(4), &json!(false)));
    counted_run(&app, &workflow).await;
    assert_eq!(balance(&app).await["balance"], 1);
    counted_run(&app, &workflow).await;

    let path = format!("/v1/workflows/{workflow}");
    let paused = app.eventually(|| app.client.data(&path), |it| it["status"] == "paused").await;
    assert_eq!(paused["pauseReason"], "cu_exhausted", "{paused}");
    let shown = balance(&app).await;
    assert_eq!((&shown["balance"], &shown["exhausted"]), (&json!(-2), &json!(true)), "{shown}");
    let start = format!("{path}/run");
    let refused = app.client.post(&start, &json!({ "payload": { "amount": 1 } })).await;
    assert_eq!((refused.status, refused.code().as_str()), (402, "cu-exhausted"));
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("-2") && message.contains("/v1/usage/balance"), "{message}");

    let top_up = json!({ "units": 100, "reference": "inv-1" });
    for _ in 0..2 {
        let paid = app.client.request("POST", "/v1/usage/top-ups").json(&top_up);
        let account = paid.header("Idempotency-Key", "inv-1").send().await.data();
        assert_eq!(account["credited"], 104, "once, however often it is sent");
    }
    let more = json!({ "payload": { "amount": 1 } });
    app.eventually(|| app.client.post(&start, &more), |answer| answer.status == 202).await;
    // It stays paused until somebody has looked.
    assert_eq!(app.client.data(&path).await["status"], "paused");
    let refused = app.client.post(&format!("{path}/resume"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "workflow-refuses"));
    let seen = json!({ "acknowledge": "cu_exhausted" });
    app.client.post(&format!("{path}/resume"), &seen).await.data();
    assert_eq!(app.client.data(&path).await["status"], "active");

    #[expect(clippy::disallowed_methods, reason = "tests ask ad hoc")]
    let count = async |kind: &str| {
        let sql = format!("select count(*) from events where event_type = '{kind}'");
        sqlx::query_scalar::<_, i64>(&sql).fetch_one(&app.database.pool).await.unwrap()
    };
    for kind in ["exhausted", "replenished", "granted", "topped_up", "paused"] {
        assert_eq!(count(kind).await, 1, "{kind}");
    }
}

#[actix_web::test]
async fn a_plan_that_ends_lets_everything_start_again() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    plan(&app, &json!({ "mode": "metered" })).await;
    app.eventually(|| balance(&app), |shown| shown["exhausted"] == true).await;
    let start = format!("/v1/workflows/{workflow}/run");
    let body = json!({ "payload": { "amount": 1 } });
    assert_eq!(app.client.post(&start, &body).await.status, 402);
    assert_eq!(plan(&app, &json!({ "mode": "unlimited" })).await["mode"], "unlimited");
    app.eventually(|| app.client.post(&start, &body), |answer| answer.status == 202).await;
}

#[actix_web::test]
async fn amounts_that_make_no_sense_are_refused_with_their_place() {
    let app = app().await;
    let client = &app.client;
    let put = |body: Value| client.request("PUT", "/v1/usage/plan").json(&body).send();
    let post = async |path: &str, body: Value| client.post(path, &body).await;
    let cases = [
        (put(json!({ "mode": "unlimited", "monthlyGrant": 1 })).await, "/mode"),
        (put(json!({ "mode": "metered", "monthlyGrant": u64::MAX })).await, "/monthlyGrant"),
        (post("/v1/usage/grants", json!({ "units": 0 })).await, "/units"),
        (post("/v1/usage/grants", json!({ "units": 1, "reason": "a\nb" })).await, "/reason"),
        (post("/v1/usage/top-ups", json!({ "units": 2_000_000_000_000_000_u64 })).await, "/units"),
    ];
    for (refused, place) in cases {
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-body"), "{place}");
        assert_eq!(refused.json()["details"][0]["path"], place, "{}", refused.text());
    }
    for query in
        ["?yearMonth=2026-13", "/daily?from=2026-01-01&to=2026-12-31", "/daily?workflowId=x"]
    {
        let refused = app.client.get(&format!("/v1/usage{query}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{query}");
    }
}
