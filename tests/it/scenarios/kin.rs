//! Runs that begin other runs: what they hear of one another, and where it ends.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

/// Calls a workflow and tells what it gave.
fn calling(workflow: &str) -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["call"]},
        "call": {"type": "call-workflow", "payload": {"workflowId": workflow, "payload": {"amount": "{{$trigger.body.amount}}"}}, "children": ["told"]},
        "told": {"type": "log", "payload": {"message": "it gave {{call.result.output.large.message}}"}},
    }})
}

/// The runs of a workflow, as the list shows them.
async fn runs_of(app: &TestApp, workflow: &str) -> Vec<Value> {
    let page = app.client.data(&format!("/v1/runs?workflowId={workflow}")).await;
    page["items"].as_array().unwrap().clone()
}

/// The one run of a workflow, as soon as the list shows it.
async fn only_run_of(app: &TestApp, workflow: &str) -> String {
    let found = app.eventually(|| runs_of(app, workflow), |runs| !runs.is_empty()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

async fn shown(app: &TestApp, run: &str) -> Value {
    app.client.data(&format!("/v1/runs/{run}")).await
}

/// How a run fails that calls this workflow.
async fn failure_of_calling(app: &TestApp, workflow: &str) -> Value {
    let caller = app.published(&calling(workflow)).await;
    let run = app.started_run(&caller).await;
    app.until_status(&run, "failure").await;
    app.replays(&run).await;
    let shown = shown(app, &run).await;
    assert_eq!(shown["executionState"]["call"]["status"], "failure");
    shown["failure"].clone()
}

#[actix_web::test]
async fn a_called_workflow_gives_its_output_to_its_caller() {
    let app = app().await;
    let called = app.published(&definitions::pure()).await;
    let caller = app.published(&calling(&called)).await;
    let run = app.started_run(&caller).await;
    app.until_status(&run, "success").await;

    let caller = shown(&app, &run).await;
    assert_eq!(caller["executionState"]["told"]["result"]["message"], "it gave large: 250");
    let child = caller["executionState"]["call"]["result"]["runId"].as_str().unwrap();
    let child = shown(&app, child).await;
    assert_eq!((&child["parentRunId"], &child["parentNodeId"]), (&json!(run), &json!("call")));
    assert_eq!(
        (&child["triggerKind"], &child["status"]),
        (&json!("call-workflow"), &json!("success"))
    );
    app.replays(&run).await;
    app.replays(child["id"].as_str().unwrap()).await;
}

#[actix_web::test]
async fn a_called_workflow_that_fails_fails_its_caller_with_its_code() {
    let app = app().await;
    let called = app.published(&definitions::failing()).await;
    let failure = failure_of_calling(&app, &called).await;
    let child = only_run_of(&app, &called).await;
    assert_eq!(failure["code"], shown(&app, &child).await["failure"]["code"]);
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains(&child) && message.contains("no further"), "{message}");
}

#[actix_web::test]
async fn a_workflow_that_cannot_be_called_is_a_failure_that_says_why() {
    let app = app().await;
    let unknown = "wf_01m7ykw2nre6frkjytz75b4nzc";
    let draft = app.created(&definitions::pure()).await;
    let paused = app.published(&definitions::pure()).await;
    app.client.post(&format!("/v1/workflows/{paused}/pause"), &json!({})).await.data();
    let mut asking = definitions::pure();
    asking["inputSchema"] = json!([{"key": "who", "type": "string", "required": true}]);
    let asking = app.published(&asking).await;
    for (workflow, code, category, why) in [
        ("books", "unknown_workflow", "config", "is not the id of a workflow"),
        (unknown, "unknown_workflow", "config", "does not exist"),
        (&draft, "not_live", "config", "publish it first"),
        (&paused, "paused", "config", "resume it first"),
        (&asking, "invalid_input", "validation", "who"),
    ] {
        let failure = failure_of_calling(&app, workflow).await;
        assert_eq!((&failure["code"], &failure["category"]), (&json!(code), &json!(category)));
        assert!(failure["message"].as_str().unwrap().contains(why), "{failure}");
    }
}

#[actix_web::test]
async fn a_caller_that_is_cancelled_cancels_what_it_called() {
    let app = app().await;
    let called = app.published(&definitions::waiting()).await;
    let caller = app.published(&calling(&called)).await;
    let run = app.started_run(&caller).await;
    let child = only_run_of(&app, &called).await;
    app.until_status(&child, "waiting").await;

    app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await.data();
    app.until_status(&run, "cancelled").await;
    app.until_status(&child, "cancelled").await;
}

#[actix_web::test]
async fn a_called_run_that_is_cancelled_fails_its_caller() {
    let app = app().await;
    let called = app.published(&definitions::waiting()).await;
    let caller = app.published(&calling(&called)).await;
    let run = app.started_run(&caller).await;
    let child = only_run_of(&app, &called).await;
    app.client.post(&format!("/v1/runs/{child}/cancel"), &json!({})).await.data();
    app.until_status(&run, "failure").await;
    assert_eq!(shown(&app, &run).await["failure"]["code"], "child_failed");
    app.replays(&run).await;
}

#[actix_web::test]
async fn a_workflow_that_calls_itself_ends_ten_calls_deep() {
    let app = app().await;
    let workflow = app.created(&definitions::pure()).await;
    publishes(&app, &workflow, &calling(&workflow)).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "failure").await;

    let failure = shown(&app, &run).await["failure"].clone();
    let expected = (&json!("too_many_calls"), &json!("limit"));
    assert_eq!((&failure["code"], &failure["category"]), expected);
    let all = app.eventually(|| runs_of(&app, &workflow), |runs| runs.len() >= 11).await;
    assert_eq!(all.len(), 11, "the first, and ten that were called");
    app.replays(&run).await;
}

/// Publishes this instead of what a workflow was.
async fn publishes(app: &TestApp, workflow: &str, definition: &Value) {
    let path = format!("/v1/workflows/{workflow}");
    let draft = json!({ "definition": definition });
    app.client.request("PUT", &path).json(&draft).send().await.data();
    app.client.post(&format!("{path}/publish"), &json!({})).await.data();
}

#[actix_web::test]
async fn a_triggered_workflow_is_not_waited_for() {
    let app = app().await;
    let triggered = app.published(&definitions::waiting()).await;
    let mut definition = calling(&triggered);
    definition["nodes"]["call"]["type"] = json!("trigger-workflow");
    definition["nodes"]["told"]["payload"]["message"] = json!("{{call.result.triggeredRunId}}");
    let workflow = app.published(&definition).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "success").await;

    let other = only_run_of(&app, &triggered).await;
    let caller = shown(&app, &run).await;
    assert_eq!(caller["executionState"]["told"]["result"]["message"], json!(other));
    app.until_status(&other, "waiting").await;
    let other = shown(&app, &other).await;
    assert_eq!((&other["parentRunId"], &other["triggerSource"]), (&Value::Null, &json!(run)));
    assert_eq!(other["executionState"]["root"]["result"]["body"], json!({"amount": 250}));
    app.replays(&run).await;
}

#[actix_web::test]
async fn a_failure_starts_the_workflow_that_deals_with_it_and_that_one_starts_no_other() {
    // given a workflow whose failures are dealt with by one that fails, too, and names itself
    let app = app().await;
    let dealing = app.created(&definitions::pure()).await;
    let mut definition = definitions::failing();
    definition["errorWorkflow"] = json!(dealing);
    definition["nodes"]["note"]["payload"]["message"] = json!(
        "{{$trigger.body.failure.code}} of {{$trigger.body.runId}} at {{$trigger.body.node}}"
    );
    publishes(&app, &dealing, &definition).await;
    let mut failing = definitions::failing();
    failing["errorWorkflow"] = json!(dealing);
    let failing = app.published(&failing).await;

    // when a run fails
    let run = app.finished_run(&failing).await;

    // then one run deals with it, and its own failure is dealt with by nobody
    let remedy = only_run_of(&app, &dealing).await;
    app.until_status(&remedy, "failure").await;
    let remedy = shown(&app, &remedy).await;
    let code = shown(&app, &run).await["failure"]["code"].as_str().unwrap().to_owned();
    let note = &remedy["executionState"]["note"]["result"]["message"];
    assert_eq!(*note, format!("{code} of {run} at stop"));
    assert_eq!(remedy["triggerKind"], "error-workflow");
    // What the reaction has followed up to here would have started another one.
    let after = app.finished_run(&failing).await;
    let both = app.eventually(|| runs_of(&app, &dealing), |runs| runs.len() >= 2).await;
    assert_eq!(both.len(), 2, "{after}");
    app.replays(remedy["id"].as_str().unwrap()).await;
}
