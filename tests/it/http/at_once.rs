//! Runs that are awaited: whole definitions, and single nodes.

use serde_json::{Value, json};

use crate::support::{app, definitions};

#[tokio::test]
async fn a_definition_of_no_workflow_is_run_and_answered() {
    let app = app().await;
    let body = json!({ "definition": definitions::pure(), "payload": { "amount": 250 } });
    let ended = app.client.post("/v1/runs/sync", &body).await.data();
    assert_eq!(ended["status"], "success");
    assert_eq!(ended["output"]["large"]["message"], "large: 250");
    assert_eq!(ended["executionState"]["small"]["status"], "skipped");
    // Its ledger stays, as any run's.
    let run = ended["runId"].as_str().unwrap();
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(
        (shown["status"].as_str(), shown["workflowVersion"].as_i64()),
        (Some("success"), Some(0))
    );

    let body = json!({ "definition": definitions::failing() });
    let ended = app.client.post("/v1/runs/sync", &body).await.data();
    assert_eq!(
        (ended["status"].as_str(), ended["failure"]["code"].as_str()),
        (Some("failure"), Some("failed"))
    );
}

#[tokio::test]
async fn what_takes_too_long_to_be_awaited_is_refused() {
    let app = app().await;
    let mut many = json!({ "root": { "type": "manual", "payload": {}, "children": [] } });
    for number in 0..20 {
        many[format!("n{number}")] = json!({ "type": "log", "payload": { "message": "" } });
        many["root"]["children"].as_array_mut().unwrap().push(json!(format!("n{number}")));
    }
    let webhook = json!({ "nodes": { "root": { "type": "webhook", "payload": {} } } });
    for (definition, place) in [
        (definitions::waiting(), "/definition/nodes/approval/type"),
        (json!({ "nodes": many }), "/definition/nodes"),
        (webhook, "/definition/nodes/root/type"),
        (definitions::broken(), "/definition/nodes/root/children/1"),
    ] {
        let refused = app.client.post("/v1/runs/sync", &json!({ "definition": definition })).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains(place), "{place} in {}", refused.text());
    }
    assert_eq!(app.count_runs().await, 0);
}

#[tokio::test]
async fn a_node_is_tried_with_a_payload_that_is_taken_literally() {
    let app = app().await;
    let inputs =
        json!({ "array": [{ "n": 1 }, { "n": 5 }], "filter": { "$and": [{ "n": { "$gt": 2 } }] } });
    let tried =
        app.client.post("/v1/actions/filter/run", &json!({ "inputs": inputs })).await.data();
    assert_eq!(tried["result"]["filtered"], json!([{ "n": 5 }]));

    let inputs = json!({ "message": "{{$workflow.id}}" });
    let tried = app.client.post("/v1/actions/log/run", &json!({ "inputs": inputs })).await.data();
    assert_eq!(tried["result"]["message"], "{{$workflow.id}}");

    let inputs = json!({ "message": "no further" });
    let tried = app.client.post("/v1/actions/fail/run", &json!({ "inputs": inputs })).await.data();
    assert_eq!(
        (&tried["result"], tried["run"]["status"].as_str()),
        (&Value::Null, Some("failure"))
    );

    let refused = app.client.post("/v1/actions/filter/run", &json!({ "inputs": {} })).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("/inputs/array"), "{}", refused.text());
    let refused = app
        .client
        .post(
            "/v1/actions/wait/run",
            &json!({ "inputs": { "timeoutMs": 5000, "triggerType": "manual" } }),
        )
        .await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(
        app.client.post("/v1/actions/teleport/run", &json!({ "inputs": {} })).await.status,
        404
    );
}
