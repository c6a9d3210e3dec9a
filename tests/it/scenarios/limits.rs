//! Workflows that may not go on for ever: runs are counted, triggers wait, failures add up.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app, definitions};

async fn limits(app: &TestApp, workflow: &str, limits: &Value) -> Value {
    let path = format!("/v1/workflows/{workflow}/limits");
    app.client.request("PUT", &path).json(limits).send().await.data()
}

fn listening() -> Value {
    json!({"nodes": {
        "root": {"type": "webhook", "payload": {}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "heard"}},
    }})
}

/// Where the outside starts runs of it.
async fn webhook_of(app: &TestApp, workflow: &str) -> String {
    let shown = app.client.data(&format!("/v1/workflows/{workflow}")).await;
    let url = shown["webhookUrl"].as_str().unwrap().to_owned();
    url[url.find("/v1/").unwrap()..].to_owned()
}

async fn runs_of(app: &TestApp, workflow: &str) -> usize {
    let path = format!("/v1/runs?workflowId={workflow}&limit=100&minPosition={}", app.head().await);
    app.client.data(&path).await["items"].as_array().unwrap().len()
}

async fn paused(app: &TestApp, workflow: &str) -> Value {
    let path = format!("/v1/workflows/{workflow}");
    app.eventually(|| app.client.data(&path), |it| it["status"] == "paused").await
}

#[actix_web::test]
async fn a_workflow_starts_as_many_runs_as_it_may_and_pauses_until_it_is_refilled() {
    // given a workflow that may start five runs
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let shown = limits(&app, &workflow, &json!({"maxRuns": 5})).await;
    assert_eq!((&shown["maxRuns"], &shown["remainRuns"]), (&json!(5), &json!(5)));

    // when twenty are asked for at the same time
    let path = format!("/v1/workflows/{workflow}");
    let (start, body) = (format!("{path}/run"), json!({"payload": {"amount": 1}}));
    let answers = join_all((0..20).map(|_| app.client.post(&start, &body))).await;

    // then five begin, the rest is told why not, and the workflow pauses by itself
    let begun = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(begun, 5);
    let told =
        |code: &str| answers.iter().filter(|it| it.status != 202 && it.code() == code).count();
    assert_eq!(told("runs-used-up"), 15);
    assert_eq!(runs_of(&app, &workflow).await, 5);
    let stopped = paused(&app, &workflow).await;
    assert_eq!(
        (&stopped["pauseReason"], &stopped["remainRuns"]),
        (&json!("max_runs_reached"), &json!(0))
    );
    let checks = stopped["review"]["checklist"].as_array().unwrap();
    assert_eq!((&stopped["review"]["reason"], checks.len()), (&json!("max_runs_reached"), 5));
    assert!(!stopped["lastTriggeredAt"].is_null(), "{stopped}");

    // and it is resumed only after a refill, by somebody who says that it was looked at
    let resume = format!("{path}/resume");
    let seen = json!({"acknowledge": "max_runs_reached"});
    for body in [&json!({}), &json!({"acknowledge": "cu_exhausted"}), &seen] {
        let refused = app.client.post(&resume, body).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "workflow-refuses"), "{body}");
    }
    let refill = |key: &str| {
        let refill = app.client.request("POST", &format!("{path}/refill"));
        refill.json(&json!({"runs": 2})).header("Idempotency-Key", key).send()
    };
    for _ in 0..2 {
        assert_eq!(refill("once").await.data()["remainRuns"], 2);
    }
    assert_eq!(app.client.post(&resume, &seen).await.data()["status"], "active");
    let answers = join_all((0..5).map(|_| app.client.post(&start, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 2);
    assert_eq!(paused(&app, &workflow).await["remainRuns"], 0);

    // and another limit begins to count anew
    let shown = limits(&app, &workflow, &json!({"maxRuns": 3})).await;
    assert_eq!(shown["remainRuns"], 3);
}

#[actix_web::test]
async fn a_repeated_request_takes_one_run_of_the_allowance() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    limits(&app, &workflow, &json!({"maxRuns": 2})).await;
    let start = format!("/v1/workflows/{workflow}/run");
    let again = || {
        let start = app.client.request("POST", &start).json(&json!({"payload": {"amount": 1}}));
        start.header("Idempotency-Key", "the-same").send()
    };
    let first = again().await.data();
    assert_eq!(again().await.data()["runId"], first["runId"]);
    let shown = app.client.data(&format!("/v1/workflows/{workflow}")).await;
    assert_eq!(shown["remainRuns"], 1);
}

#[actix_web::test]
async fn a_trigger_within_the_cooldown_is_passed_over_and_the_ledger_says_so() {
    let app = app().await;
    let workflow = app.published(&listening()).await;
    let hook = webhook_of(&app, &workflow).await;
    limits(&app, &workflow, &json!({"cooldownMs": 3_600_000})).await;
    let (stranger, nothing) = (app.client.stranger(), json!({}));
    let deliveries = join_all((0..4).map(|_| stranger.post(&hook, &nothing))).await;
    let taken: Vec<Value> = deliveries.iter().map(Response::data).collect();
    assert_eq!(taken.iter().filter(|it| it["runId"].is_string()).count(), 1, "{taken:?}");
    assert_eq!(taken.iter().filter(|it| it["skipped"] == "cooling_down").count(), 3);
    assert_eq!(runs_of(&app, &workflow).await, 1);

    let path = format!("/v1/activity?workflowId={workflow}&limit=100");
    let skipped = |shown: &Value| {
        let items = shown["items"].as_array().unwrap();
        let skipped = items.iter().filter(|it| it["type"] == "workflow.trigger_skipped");
        skipped.map(|it| it["summary"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let shown = app.eventually(|| app.client.data(&path), |it| skipped(it).len() == 3).await;
    assert!(skipped(&shown)[0].contains("cooling down"), "{shown}");
    // Somebody who asks for a run gets one.
    let asked = app.client.post(&format!("/v1/workflows/{workflow}/run"), &json!({})).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
}

#[actix_web::test]
async fn a_workflow_pauses_after_so_many_failures_in_a_row() {
    // given a workflow that fails when it is told to
    let app = app().await;
    let definition = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["check"]},
        "check": {
            "type": "if",
            "payload": {"condition": {"$and": [{"{{$trigger.body.fail}}": {"$eq": true}}]}},
            "children": ["stop"],
        },
        "stop": {"type": "fail", "branch": "then", "payload": {"message": "as it was told"}},
    }});
    let workflow = app.published(&definition).await;
    limits(&app, &workflow, &json!({"pauseAfterFailures": 3})).await;
    let path = format!("/v1/workflows/{workflow}");
    let run = async |fail: bool| {
        let run = app.run_of(&workflow, &json!({"fail": fail})).await;
        app.until_status(&run, if fail { "failure" } else { "success" }).await;
    };

    // when two fail, one succeeds, and three fail
    for fail in [true, true, false, true, true] {
        run(fail).await;
    }
    assert_eq!(app.client.data(&path).await["status"], "active");
    run(true).await;

    // then it pauses, and is resumed by somebody who has looked
    let stopped = paused(&app, &workflow).await;
    assert_eq!(stopped["pauseReason"], "consecutive_failures");
    let seen = json!({"acknowledge": "consecutive_failures"});
    let resumed = app.client.post(&format!("{path}/resume"), &seen).await.data();
    assert_eq!((&resumed["status"], &resumed["review"]), (&json!("active"), &Value::Null));

    // and what failed before does not count any more
    for _ in 0..2 {
        run(true).await;
    }
    assert_eq!(app.client.data(&path).await["status"], "active");
    run(true).await;
    paused(&app, &workflow).await;
}
