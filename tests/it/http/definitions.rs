//! Definitions with problems: all are listed, with node and place.

use serde_json::{Value, json};

use crate::support::{app, definitions};

fn codes(problems: &Value) -> Vec<&str> {
    problems.as_array().unwrap().iter().filter_map(|problem| problem["code"].as_str()).collect()
}

#[actix_web::test]
async fn validating_lists_every_problem_and_saves_nothing() {
    let app = app().await;
    let before = app.count_events().await;
    let body = json!({"name": "x", "definition": definitions::broken()});
    let answer = app.client.post("/v1/workflows/validate", &body).await;
    let data = answer.data();
    assert_eq!(data["valid"], false);
    let codes = codes(&data["problems"]);
    for code in ["unknown-child", "unknown-node-type", "unreachable-node"] {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    let lost = data["problems"].as_array().unwrap().iter().find(|p| p["nodeId"] == "lost");
    assert!(
        lost.is_some_and(|p| p["path"]
            .as_str()
            .is_some_and(|path| path.starts_with("/nodes/lost")))
    );
    let good = json!({"definition": definitions::pure()});
    let data = app.client.post("/v1/workflows/validate", &good).await.data();
    assert_eq!(data, json!({"valid": true, "problems": []}));
    assert_eq!(app.count_events().await, before);
}

#[actix_web::test]
async fn a_broken_draft_is_saved_but_not_published() {
    let app = app().await;
    let id = app.created(&definitions::broken()).await;
    let checked = app.client.post(&format!("/v1/workflows/{id}/validate"), &json!({})).await.data();
    assert_eq!(checked["valid"], false);
    let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-definition"));
    let details = refused.json()["details"].clone();
    assert!(details.as_array().unwrap().len() >= 3, "{details}");
    assert!(details[0]["path"].as_str().unwrap().starts_with("/definition/"), "{details}");
}
