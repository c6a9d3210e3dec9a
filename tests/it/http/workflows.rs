//! The life of a workflow, as a client sees it.

use serde_json::json;

use crate::support::{app, definitions};

#[actix_web::test]
async fn a_draft_becomes_a_version_and_an_earlier_one_can_be_brought_back() {
    let app = app().await;
    let client = &app.client;
    let body = json!({"name": "Payments", "description": "d", "definition": definitions::pure()});
    let created = client.post("/v1/workflows", &body).await;
    assert_eq!(created.status, 201);
    let workflow = created.data();
    let id = workflow["id"].as_str().unwrap();
    assert_eq!(created.header("location"), Some(format!("/v1/workflows/{id}").as_str()));
    assert_eq!((&workflow["status"], &workflow["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(workflow["createdBy"], "admin");

    let path = format!("/v1/workflows/{id}");
    let published =
        client.post(&format!("{path}/publish"), &json!({"expectedVersion": 1})).await.data();
    assert_eq!((&published["status"], &published["liveVersion"]), (&json!("active"), &json!(1)));
    let saved = client
        .request("PUT", &path)
        .json(&json!({"expectedCurrentVersion": 2, "definition": definitions::waiting()}))
        .send()
        .await
        .data();
    assert_eq!((&saved["hasDraft"], &saved["hasLiveVersion"]), (&json!(true), &json!(true)));
    client.post(&format!("{path}/publish"), &json!({})).await.data();
    let back = client.post(&format!("{path}/rollback"), &json!({"versionNumber": 1})).await.data();
    assert_eq!(back["liveVersion"], 3);

    let versions = client.data(&format!("{path}/versions")).await;
    let numbers: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|v| v["versionNumber"].clone()).collect();
    assert_eq!(numbers, [json!(3), json!(2), json!(1)]);
    assert_eq!(versions["items"][0]["status"], "live");
    let first = client.data(&format!("{path}/versions/1")).await;
    let third = client.data(&format!("{path}/versions/3")).await;
    assert_eq!(first["definition"], third["definition"]);
}

#[actix_web::test]
async fn two_tabs_cannot_both_save_over_the_same_version() {
    let app = app().await;
    let id = app.created(&definitions::pure()).await;
    let save = |name: &str| {
        let body = json!({"expectedCurrentVersion": 1, "name": name});
        app.client.request("PUT", &format!("/v1/workflows/{id}")).json(&body).send()
    };
    assert_eq!(save("mine").await.status, 200);
    let late = save("theirs").await;
    assert_eq!((late.status, late.code().as_str()), (409, "version-conflict"));
}

#[actix_web::test]
async fn pausing_resuming_discarding_and_archiving_answer_with_the_workflow() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let path = format!("/v1/workflows/{id}");
    let order = |verb: &str| app.client.request("POST", &format!("{path}/{verb}")).send();
    assert_eq!(order("pause").await.data()["status"], "paused");
    assert_eq!(order("resume").await.data()["status"], "active");
    app.client.request("PUT", &path).json(&json!({"definition": {}})).send().await.data();
    assert_eq!(order("discard-draft").await.data()["hasDraft"], false);
    let archived = app.client.request("DELETE", &path).send().await.data();
    assert_eq!(archived["status"], "archived");
    assert_eq!(order("pause").await.code(), "workflow-refuses");
    let run = app.client.post(&format!("{path}/run"), &json!({})).await;
    assert_eq!((run.status, run.code().as_str()), (409, "workflow-refuses"));
}

#[actix_web::test]
async fn a_run_whose_input_is_not_what_the_workflow_asks_for_is_not_started() {
    let app = app().await;
    let mut definition = definitions::pure();
    definition["inputSchema"] = json!([
        {"key": "amount", "type": "number", "required": true},
        {"key": "note", "type": "string"},
    ]);
    let path = format!("/v1/workflows/{}/run", app.published(&definition).await);
    let before = app.count_events().await;
    let refused = app.client.post(&path, &json!({"payload": {"note": 7}})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-input"));
    let details = refused.json()["details"].clone();
    assert_eq!(
        (&details[0]["path"], &details[1]["path"]),
        (&json!("/payload/amount"), &json!("/payload/note"))
    );
    assert_eq!(app.count_events().await, before);
    let accepted = app.client.post(&path, &json!({"payload": {"amount": 250}})).await;
    assert_eq!(accepted.status, 202);
}
