//! Real runs, played again under a draft.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

async fn save_draft(app: &TestApp, workflow: &str, definition: &Value) {
    let path = format!("/v1/workflows/{workflow}");
    app.client.request("PUT", &path).json(&json!({"definition": definition})).send().await.data();
}

async fn what_if(app: &TestApp, workflow: &str, body: &Value) -> Value {
    let head = app.head().await;
    let path = format!("/v1/workflows/{workflow}/what-if?minPosition={head}");
    app.client.post(&path, body).await.data()
}

/// A workflow with three finished runs, of 50, 250 and 2,500.
async fn with_runs(app: &TestApp) -> String {
    let workflow = app.published(&definitions::pure()).await;
    for amount in [50, 250, 2_500] {
        let body = json!({"payload": {"amount": amount}});
        let started = app.client.post(&format!("/v1/workflows/{workflow}/run"), &body).await.data();
        app.until_status(started["runId"].as_str().unwrap(), "success").await;
    }
    workflow
}

fn verdicts(tried: &Value) -> Vec<&str> {
    tried["runs"].as_array().unwrap().iter().map(|run| run["verdict"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_draft_that_changes_nothing_leaves_every_run_as_it_was() {
    let app = app().await;
    let workflow = with_runs(&app).await;
    save_draft(&app, &workflow, &definitions::pure()).await;
    let before = app.count_events().await;
    let tried = what_if(&app, &workflow, &json!({})).await;
    assert_eq!(verdicts(&tried), ["same", "same", "same"], "{tried}");
    assert_eq!((&tried["summary"]["same"], &tried["liveVersion"]), (&json!(3), &json!(1)));
    assert_eq!(app.count_events().await, before, "a what-if wrote something");
}

#[actix_web::test]
async fn a_draft_that_decides_otherwise_names_the_node_where_each_run_parts() {
    let app = app().await;
    let workflow = with_runs(&app).await;
    let mut draft = definitions::pure();
    draft["nodes"]["check"]["payload"]["condition"]["$and"][0] =
        json!({"{{$trigger.body.amount}}": {"$gte": 1_000}});
    save_draft(&app, &workflow, &draft).await;
    let tried = what_if(&app, &workflow, &json!({})).await;
    // The latest first: 2,500 is large both ways, 250 is not any more, and 50 never was.
    assert_eq!(verdicts(&tried), ["same", "other_path", "same"], "{tried}");
    let run = &tried["runs"][1];
    assert_eq!(run["node"], "check");
    assert_eq!(run["reason"], "node check was success (then), and would be success (else)");
    let one = what_if(&app, &workflow, &json!({"runs": 1})).await;
    assert_eq!(verdicts(&one), ["same"]);
}

#[actix_web::test]
async fn a_draft_with_other_words_names_the_places_of_the_result() {
    let app = app().await;
    let workflow = with_runs(&app).await;
    let mut definition = definitions::pure();
    definition["nodes"]["small"]["payload"]["message"] = "tiny".into();
    let tried = what_if(&app, &workflow, &json!({"definition": definition})).await;
    assert_eq!(verdicts(&tried), ["same", "same", "other_result"], "{tried}");
    assert_eq!(
        tried["runs"][2]["differences"],
        json!([{"pointer": "/output/small/message", "expected": "small", "actual": "tiny"}])
    );
}

#[actix_web::test]
async fn waits_are_answered_as_they_were_and_new_calls_are_told() {
    let app = app().await;
    let workflow = app.published(&definitions::waiting()).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "waiting").await;
    let resume = format!("/v1/runs/{run}/nodes/approval/resume");
    app.client.post(&resume, &json!({"data": {"by": "ada"}})).await.data();
    app.until_status(&run, "success").await;

    let same = what_if(&app, &workflow, &json!({"definition": definitions::waiting()})).await;
    assert_eq!(verdicts(&same), ["same"], "{same}");

    let mut definition = definitions::waiting();
    definition["nodes"]["yes"]["children"] = json!(["tell"]);
    definition["nodes"]["tell"] = json!({"type": "http-request", "payload": {"method": "POST", "url": "https://example.invalid"}});
    let body = json!({"definition": definition});
    let tried = what_if(&app, &workflow, &body).await;
    assert_eq!(verdicts(&tried), ["cannot_tell"], "{tried}");
    assert_eq!(tried["runs"][0]["calledAnew"], json!(["tell"]));

    let mut mocked = body;
    mocked["mocks"] = json!([{"node": "tell", "response": {}}]);
    let tried = what_if(&app, &workflow, &mocked).await;
    assert_eq!(verdicts(&tried), ["other_path"]);
    assert_eq!(tried["runs"][0]["node"], "tell");
}

#[actix_web::test]
async fn calls_with_other_input_inputs_that_are_refused_and_cancelled_runs_are_told() {
    let app = app().await;
    let asking = |url: &str| {
        json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["ask"]},
            "ask": {"type": "http-request", "payload": {"method": "GET", "url": url}},
        }})
    };
    let workflow = app.published(&asking("http://127.0.0.1:9/old")).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "failure").await;
    let body = json!({"definition": asking("http://127.0.0.1:9/new")});
    let tried = what_if(&app, &workflow, &body).await;
    assert_eq!(verdicts(&tried), ["same"], "{tried}");
    assert_eq!(tried["otherInputRuns"], 1);
    assert_eq!(
        tried["runs"][0]["otherInputs"],
        json!([{"node": "ask", "attempt": 1, "differences": [{
            "pointer": "/url",
            "expected": "http://127.0.0.1:9/old", "actual": "http://127.0.0.1:9/new",
        }]}])
    );

    let mut strict = asking("http://127.0.0.1:9/old");
    strict["inputSchema"] = json!([{"key": "id", "type": "string", "required": true}]);
    let tried = what_if(&app, &workflow, &json!({"definition": strict})).await;
    assert_eq!(verdicts(&tried), ["refused"], "{tried}");

    let waiting = app.published(&definitions::waiting()).await;
    let run = app.started_run(&waiting).await;
    app.until_status(&run, "waiting").await;
    app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await.data();
    app.until_status(&run, "cancelled").await;
    let tried = what_if(&app, &waiting, &json!({"definition": definitions::waiting()})).await;
    assert_eq!(verdicts(&tried), ["cannot_tell"], "{tried}");
}

#[actix_web::test]
async fn what_cannot_be_tried_is_refused() {
    let app = app().await;
    let workflow = app.created(&definitions::pure()).await;
    let path = format!("/v1/workflows/{workflow}/what-if");
    assert_eq!(app.client.post(&path, &json!({})).await.code(), "workflow-refuses");
    app.client.post(&format!("/v1/workflows/{workflow}/publish"), &json!({})).await.data();
    assert_eq!(app.client.post(&path, &json!({})).await.code(), "workflow-refuses");
    let refused = app.client.post(&path, &json!({"runs": 201})).await;
    assert_eq!(
        (refused.status, refused.json()["details"][0]["path"].clone()),
        (422, json!("/runs"))
    );
    let broken = json!({"definition": definitions::broken()});
    assert_eq!(app.client.post(&path, &broken).await.code(), "invalid-definition");
    let none = what_if(&app, &workflow, &json!({"definition": definitions::pure()})).await;
    assert_eq!(none["runs"], json!([]));
}
