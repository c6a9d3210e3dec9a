//! The launch checklist, answered from what stands.

use serde_json::{Value, json};

use crate::support::{Said, TestApp, app, chainkeel, definitions};

fn verdict<'a>(checklist: &'a Value, check: &str) -> &'a str {
    let checks = checklist["checks"].as_array().expect("checks");
    let found = checks.iter().find(|found| found["check"] == check).expect("that check");
    found["verdict"].as_str().expect("a verdict")
}

/// A workflow with everything that the checklist asks for, but for a test that was played.
async fn prepared(app: &TestApp) -> String {
    let mut definition = definitions::pure();
    definition["inputSchema"] = json!([{"key": "amount", "type": "number"}]);
    definition["errorWorkflow"] = json!(app.published(&definitions::pure()).await);
    let body = json!({
        "name": "Prepared", "description": "Looks at amounts.", "definition": definition,
    });
    let id = app.client.post("/v1/workflows", &body).await.data()["id"].clone();
    id.as_str().unwrap().to_owned()
}

async fn tested(app: &TestApp, workflow: &str) {
    let test = json!({
        "name": "It ends well", "targetId": workflow,
        "cases": [{"caseId": "ends", "input": {"amount": 250}, "expectedStatus": "success"}],
    });
    let test = app.client.post("/v1/testing/test-definitions", &test).await.data();
    let played = json!({"testDefinitionId": test["id"]});
    let played = app.client.post("/v1/testing/test-executions", &played).await.data();
    let path =
        format!("/v1/testing/test-executions?testDefinitionId={}", test["id"].as_str().unwrap());
    let listed = |page: &Value| page["items"][0]["id"] == played["id"];
    app.eventually(|| app.client.data(&path), listed).await;
}

#[actix_web::test]
async fn a_draft_becomes_ready_by_what_the_cures_say() {
    let app = app().await;
    let id = prepared(&app).await;
    let path = format!("/v1/workflows/{id}/readiness");
    let draft = app.client.data(&path).await;
    assert_eq!((&draft["edition"], &draft["ready"]), (&json!("draft"), &json!(false)));
    for check in ["live", "tests"] {
        assert_eq!(verdict(&draft, check), "fail", "{check}");
    }
    assert_eq!(verdict(&draft, "runs"), "notApplicable");
    assert_eq!(app.client.get(&format!("{path}?edition=live")).await.status, 409);
    assert_eq!(app.client.get(&format!("{path}?edition=7")).await.status, 404);
    assert_eq!(app.client.get(&format!("{path}?edition=new")).await.status, 400);

    app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    tested(&app, &id).await;
    assert_eq!(verdict(&app.client.data(&path).await, "runs"), "fail");
    app.finished_run(&id).await;
    let ready = |checklist: &Value| checklist["ready"] == json!(true);
    let live = app.eventually(|| app.client.data(&path), ready).await;
    assert_eq!(live["edition"], "live");
    assert_eq!(live["summary"]["fail"], 0, "{live}");
}

#[actix_web::test]
async fn the_command_shows_what_fails_with_its_cure_and_ends_with_an_error() {
    let app = app().await;
    let ask = |arguments: &[&str]| chainkeel(&app, &[&["readiness"], arguments].concat());
    let nothing = ask(&[]);
    assert_eq!(nothing.code, Some(0), "{}", nothing.err);
    assert!(nothing.out.contains("no workflow is live"));

    let id = app.published(&definitions::pure()).await;
    let found = |page: &Value| page["items"].as_array().is_some_and(|items| items.len() == 1);
    app.eventually(|| app.client.data("/v1/workflows?status=active"), found).await;
    let Said { code, out, err } = ask(&[]);
    assert_eq!(code, Some(1));
    assert!(out.contains(&format!("{id}  A workflow  live: not ready")), "{out}");
    assert!(out.contains("to do: write a test") && !out.contains("pass  definition"), "{out}");
    assert!(err.contains("1 workflow is not ready"), "{err}");

    let json = ask(&[&id, "--all", "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json[0]["workflowId"], json!(id));
}

#[actix_web::test]
async fn a_connector_that_was_never_tried_and_a_key_without_bounds_are_named() {
    // given a workflow that uses a connector, and a key that opens whatever its owner may do
    let app = app().await;
    let data = json!({"host": "api.example.com", "token": "amaranth-token-of-the-shop"});
    let body = json!({"name": "Shop", "type": "http-bearer", "data": data});
    let connector = app.client.post("/v1/connectors", &body).await.data()["id"].clone();
    let call = json!({
        "type": "http-request", "connector": {"type": "http-bearer", "id": connector},
        "payload": {"method": "GET", "url": "https://api.example.com/v1/me"},
    });
    let root = json!({"type": "manual", "payload": {}, "children": ["call"]});
    let id = app.created(&json!({"nodes": {"root": root, "call": call}})).await;
    let path = format!("/v1/workflows/{id}/readiness");
    let before = app.client.data(&path).await;
    assert_eq!(verdict(&before, "keys"), "notApplicable");
    app.key_of(&app.client, "everything", &["workflows:run"]).await;

    // when it is judged
    let keyed = |checklist: &Value| verdict(checklist, "keys") == "fail";
    let checklist = app.eventually(|| app.client.data(&path), keyed).await;

    // then both are named, with what is wrong
    let evidence = |check: &str| {
        let checks = checklist["checks"].as_array().unwrap();
        let found = checks.iter().find(|found| found["check"] == check).unwrap();
        found["evidence"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&checklist, "connectors"), "fail");
    let told = format!("`call` uses `Shop` ({}): it was never tested", connector.as_str().unwrap());
    assert_eq!(evidence("connectors"), told);
    assert!(evidence("keys").contains("`everything`"), "{}", evidence("keys"));
    assert!(!checklist.to_string().contains("amaranth"));
}
