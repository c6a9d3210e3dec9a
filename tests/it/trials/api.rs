//! Tests, simulations and comparisons over the API.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

/// Asks for a price and says it.
fn asking(message: &str) -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["ask"]},
        "ask": {
            "type": "http-request",
            "payload": {"method": "GET", "url": "https://example.invalid/{{$trigger.body.id}}"},
            "children": ["say"],
        },
        "say": {"type": "log", "payload": {"message": message}},
    }})
}

fn test_of(workflow: &str, expected: &str) -> Value {
    json!({
        "name": "The price is said", "targetId": workflow,
        "sharedMocks": [{"node": "ask", "response": {"price": 42}}],
        "cases": [
            {"caseId": "said", "expectedOutput": {"say": {"message": expected}}},
            {"caseId": "asked", "input": {"id": 7}, "assertions": [
                {"type": "contains", "path": "$.nodes.ask.input.url", "value": "/7"},
            ]},
        ],
    })
}

async fn save_draft(app: &TestApp, workflow: &str, definition: &Value) {
    let path = format!("/v1/workflows/{workflow}");
    app.client.request("PUT", &path).json(&json!({"definition": definition})).send().await.data();
}

async fn execute(app: &TestApp, body: &Value) -> Value {
    let answer = app.client.post("/v1/testing/test-executions", body).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let id = answer.data()["id"].as_str().unwrap().to_owned();
    app.client.data(&format!("/v1/testing/test-executions/{id}")).await
}

#[actix_web::test]
async fn a_draft_is_compared_with_what_is_live_and_versions_with_each_other() {
    let app = app().await;
    let id = app.published(&asking("{{ask.result.price}}")).await;
    let path = format!("/v1/workflows/{id}/diff");
    assert_eq!(app.client.get(&path).await.code(), "workflow-refuses");

    save_draft(&app, &id, &asking("costs {{ask.result.price}}")).await;
    let diff = app.client.data(&path).await;
    assert_eq!(
        (&diff["from"], &diff["to"], &diff["same"]),
        (&json!("live"), &json!("draft"), &json!(false))
    );
    assert_eq!(
        diff["diff"]["nodes"],
        json!([{"change": "changed", "node": "say", "values": [{
            "path": "/payload/message",
            "before": "{{ask.result.price}}", "after": "costs {{ask.result.price}}",
        }]}])
    );
    app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    assert_eq!(app.client.data(&format!("{path}?from=1&to=2")).await["diff"], diff["diff"]);
    assert_eq!(app.client.data(&format!("{path}?from=2&to=live")).await["same"], true);
    assert_eq!(app.client.get(&format!("{path}?from=9&to=live")).await.code(), "version-not-found");
    assert_eq!(app.client.get(&format!("{path}?from=old")).await.code(), "invalid-query");
}

#[actix_web::test]
async fn a_simulation_plays_a_run_and_leaves_no_trace() {
    let app = app().await;
    let id = app.published(&asking("{{ask.result.price}}")).await;
    save_draft(&app, &id, &asking("costs {{ask.result.price}}")).await;
    let before = app.count_events().await;
    let path = format!("/v1/workflows/{id}/simulate");
    let mocks = json!([{"node": "ask", "response": {"price": 42}, "delay": "2s"}]);
    let draft = app.client.post(&path, &json!({"payload": {"id": 1}, "mocks": mocks})).await.data();
    assert_eq!(draft["status"], "success", "{draft}");
    assert_eq!(draft["output"]["say"]["message"], "costs 42");
    assert_eq!(draft["durationMs"], 2_000);
    assert_eq!(draft["workflowVersion"], 2);
    assert_eq!(draft["executionState"]["ask"]["input"]["url"], "https://example.invalid/1");
    let facts: Vec<&str> = draft["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| fact["type"].as_str().unwrap())
        .collect();
    assert_eq!(facts, ["started", "node_started", "node_succeeded", "node_succeeded", "succeeded"]);

    let live = app.client.post(&path, &json!({"mocks": mocks, "version": "live"})).await.data();
    assert_eq!(live["output"]["say"]["message"], 42);
    let numbered = app.client.post(&path, &json!({"mocks": mocks, "version": 1})).await.data();
    assert_eq!(numbered["output"]["say"]["message"], 42);

    let unmocked = app.client.post(&path, &json!({})).await.data();
    assert_eq!(unmocked["status"], "running");
    assert!(unmocked["stopped"].as_str().unwrap().contains("\"ask\" (http-request) was called"));
    let wrong =
        app.client.post(&path, &json!({"mocks": [{"node": "nobody", "response": 1}]})).await;
    assert_eq!(
        (wrong.status, wrong.json()["details"][0]["path"].clone()),
        (422, json!("/mocks/0/node"))
    );
    assert_eq!(app.count_events().await, before, "a simulation wrote something");
}

#[actix_web::test]
async fn a_test_is_kept_changed_and_deleted() {
    let app = app().await;
    let workflow = app.published(&asking("{{ask.result.price}}")).await;
    let created = app.client.post("/v1/testing/test-definitions", &test_of(&workflow, "42")).await;
    let (position, test) = (created.json()["position"].clone(), created.data());
    assert_eq!((&test["version"], &test["caseCount"]), (&json!(1), &json!(2)));
    let id = test["id"].as_str().unwrap();
    let path = format!("/v1/testing/test-definitions/{id}");
    assert_eq!(app.client.data(&path).await, test);

    let list = format!("/v1/testing/test-definitions?workflowId={workflow}&minPosition={position}");
    let listed = app.client.data(&list).await;
    assert_eq!(listed["items"][0]["id"], test["id"]);
    assert_eq!(listed["items"][0]["name"], "The price is said");

    let mut changed = test_of(&workflow, "42");
    changed["name"] = "Another name".into();
    let put = |expected: u64| {
        let path = format!("{path}?expectedVersion={expected}");
        app.client.request("PUT", &path).json(&changed).send()
    };
    assert_eq!(put(1).await.data()["version"], 2);
    assert_eq!(put(1).await.code(), "version-conflict");

    let deleted = app.client.request("DELETE", &path).send().await;
    let position = deleted.json()["position"].clone();
    assert_eq!(deleted.data()["id"], test["id"]);
    assert_eq!(app.client.get(&path).await.code(), "test-not-found");
    let list = format!("/v1/testing/test-definitions?minPosition={position}");
    assert_eq!(app.client.data(&list).await["items"], json!([]));
}

#[actix_web::test]
async fn an_execution_plays_the_draft_and_keeps_what_became_of_each_case() {
    let app = app().await;
    let workflow = app.published(&asking("{{ask.result.price}}")).await;
    save_draft(&app, &workflow, &asking("costs {{ask.result.price}}")).await;
    let test = test_of(&workflow, "costs 42");
    let test = app.client.post("/v1/testing/test-definitions", &test).await.data();
    let id = &test["id"];

    let draft = execute(&app, &json!({"testDefinitionId": id})).await;
    assert_eq!(
        (&draft["status"], &draft["passed"], &draft["failed"]),
        (&json!("passed"), &json!(2), &json!(0))
    );
    assert_eq!((&draft["workflowId"], &draft["workflowVersion"]), (&json!(workflow), &json!(2)));

    let live = execute(&app, &json!({"testDefinitionId": id, "version": "live"})).await;
    assert_eq!(
        (&live["status"], &live["passed"], &live["failed"]),
        (&json!("failed"), &json!(1), &json!(1))
    );
    let case = &live["results"][0];
    assert_eq!((&case["caseId"], &case["status"]), (&json!("said"), &json!("failed")));
    assert_eq!(
        case["assertions"][1]["differences"],
        json!([{"pointer": "/say/message", "expected": "costs 42", "actual": 42}])
    );
    let results = live["id"].as_str().unwrap();
    let results = app.client.data(&format!("/v1/testing/test-results/{results}")).await;
    assert_eq!(results["results"], live["results"]);

    let head = app.head().await;
    let list = |query: &str| {
        let path = format!("/v1/testing/test-executions?minPosition={head}{query}");
        let client = app.client.clone();
        async move { client.data(&path).await }
    };
    let all = list("").await;
    let ids: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [&live["id"], &draft["id"]]);
    let failed = list("&status=failed").await;
    assert_eq!(failed["items"].as_array().unwrap().len(), 1);
    assert_eq!(failed["items"][0]["failed"], 1);
    let id = id.as_str().unwrap();
    assert_eq!(
        list(&format!("&testDefinitionId={id}")).await["items"].as_array().unwrap().len(),
        2
    );
}

#[actix_web::test]
async fn an_execution_with_a_key_is_made_once() {
    let app = app().await;
    let workflow = app.published(&asking("{{ask.result.price}}")).await;
    let test =
        app.client.post("/v1/testing/test-definitions", &test_of(&workflow, "42")).await.data();
    let ask = || {
        let request = app.client.request("POST", "/v1/testing/test-executions");
        request
            .header("Idempotency-Key", "k1")
            .json(&json!({"testDefinitionId": test["id"]}))
            .send()
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!(first.data(), second.data());
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn tests_with_problems_are_refused_with_their_places() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let create = |body: Value| {
        let client = app.client.clone();
        async move { client.post("/v1/testing/test-definitions", &body).await }
    };
    let twice = json!([{"caseId": "a"}, {"caseId": "a"}]);
    let refused = create(json!({"name": "t", "cases": twice})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-test"));
    assert_eq!(refused.json()["details"][0]["path"], "/cases/1/caseId");
    let refused = create(json!({"name": "t", "cases": [{"caseId": "a", "mocks": []}]})).await;
    assert_eq!(refused.code(), "invalid-body");
    assert_eq!(refused.json()["details"][0]["path"], "/cases/0/mocks");

    // Only its workflow tells that a mock is for nobody.
    let case = json!({"caseId": "a", "setup": {"mocks": [{"node": "nobody", "response": 1}]}});
    let test = create(json!({"name": "t", "targetId": workflow, "cases": [case]})).await.data();
    let body = json!({"testDefinitionId": test["id"]});
    let refused = app.client.post("/v1/testing/test-executions", &body).await;
    assert_eq!(refused.code(), "invalid-test");
    assert_eq!(refused.json()["details"][0]["path"], "/cases/0/setup/mocks/0/node");

    let file =
        create(json!({"name": "t", "workflow": "./a.json", "cases": [{"caseId": "a"}]})).await;
    let body = json!({"testDefinitionId": file.data()["id"]});
    let refused = app.client.post("/v1/testing/test-executions", &body).await;
    assert_eq!(refused.json()["details"][0]["path"], "/workflow");
}

#[actix_web::test]
async fn pinned_outputs_answer_simulations_and_tests_where_there_is_no_mock() {
    let app = app().await;
    let workflow = app.published(&asking("{{ask.result.price}}")).await;
    let pin = |body: Value| {
        let path = format!("/v1/workflows/{workflow}/pinned-outputs");
        app.client.request("PUT", &path).json(&body).send()
    };
    let pinned = pin(json!({"pinnedOutputs": {"ask": {"price": 7}}})).await.data();
    assert_eq!(pinned["pinnedOutputs"], json!({"ask": {"price": 7}}));
    assert_eq!(pinned["hasDraft"], false);
    let stale = json!({"pinnedOutputs": {}, "expectedCurrentVersion": 1});
    assert_eq!(pin(stale).await.code(), "version-conflict");
    let large = pin(json!({"pinnedOutputs": {"ask": "x".repeat(300_000)}})).await;
    assert_eq!(
        (large.status, large.json()["details"][0]["path"].clone()),
        (422, json!("/pinnedOutputs/ask"))
    );

    let simulate = format!("/v1/workflows/{workflow}/simulate");
    let simulated = app.client.post(&simulate, &json!({})).await.data();
    assert_eq!(simulated["output"]["say"]["message"], 7);
    let mocked = json!({"mocks": [{"type": "http-request", "response": {"price": 8}}]});
    let mocked = app.client.post(&simulate, &mocked).await.data();
    assert_eq!(mocked["output"]["say"]["message"], 8, "a mock comes before a pin");

    let cases = json!([{"caseId": "pinned", "expectedOutput": {"say": {"message": 7}}}]);
    let test = json!({"name": "t", "targetId": workflow, "cases": cases});
    let test = app.client.post("/v1/testing/test-definitions", &test).await.data();
    let executed = execute(&app, &json!({"testDefinitionId": test["id"]})).await;
    assert_eq!(executed["status"], "passed", "{executed}");
}
