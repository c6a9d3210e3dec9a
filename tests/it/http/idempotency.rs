//! The same key, the same request: carried out once.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app, definitions};

async fn post(app: &TestApp, path: &str, key: &str, body: &Value) -> Response {
    app.client.request("POST", path).header("Idempotency-Key", key).json(body).send().await
}

#[actix_web::test]
async fn a_repeated_request_gets_the_first_ones_answer_and_writes_nothing() {
    let app = app().await;
    let body = json!({"name": "Payments", "definition": definitions::pure()});
    let first = post(&app, "/v1/workflows", "k-1", &body).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let before = app.count_events().await;
    let again = post(&app, "/v1/workflows", "k-1", &body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((again.status, again.data()), (first.status, first.data()));
    assert_eq!(app.count_events().await, before);
}

#[actix_web::test]
async fn a_repeated_start_names_the_same_run() {
    let app = app().await;
    let path = format!("/v1/workflows/{}/run", app.published(&definitions::pure()).await);
    let body = json!({"payload": {"amount": 7}});
    let first = post(&app, &path, "k-1", &body).await;
    let again = post(&app, &path, "k-1", &body).await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.data()["runId"], again.data()["runId"]);
    assert_eq!(again.json()["sequence"], first.json()["sequence"]);
    let other = post(&app, &path, "k-2", &body).await;
    assert_ne!(first.data()["runId"], other.data()["runId"]);
}

#[actix_web::test]
async fn the_same_key_with_another_body_or_workflow_is_a_mistake() {
    let app = app().await;
    let one = format!("/v1/workflows/{}/run", app.published(&definitions::pure()).await);
    let other = format!("/v1/workflows/{}/run", app.published(&definitions::pure()).await);
    post(&app, &one, "k-1", &json!({"payload": {"amount": 7}})).await.data();
    for (path, body) in
        [(&one, json!({"payload": {"amount": 8}})), (&other, json!({"payload": {"amount": 7}}))]
    {
        let refused = post(&app, path, "k-1", &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "idempotency-mismatch"));
    }
}

#[actix_web::test]
async fn the_same_key_on_another_route_is_another_key() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let pause = post(&app, &format!("/v1/workflows/{id}/pause"), "k-1", &json!({})).await;
    let resume = post(&app, &format!("/v1/workflows/{id}/resume"), "k-1", &json!({})).await;
    assert_eq!(pause.data()["status"], "paused");
    assert_eq!(resume.data()["status"], "active");
    // The replay tells of the workflow as it was then.
    let again = post(&app, &format!("/v1/workflows/{id}/pause"), "k-1", &json!({})).await;
    assert_eq!(again.data()["status"], "paused");
}

#[actix_web::test]
async fn of_many_at_the_same_time_one_is_carried_out() {
    let app = app().await;
    let path = format!("/v1/workflows/{}/run", app.published(&definitions::pure()).await);
    let body = json!({"payload": {"amount": 1}});
    let answers = join_all((0..16).map(|_| post(&app, &path, "k-1", &body))).await;
    let mut runs = std::collections::BTreeSet::new();
    for answer in answers {
        match answer.status {
            202 => drop(runs.insert(answer.data()["runId"].to_string())),
            409 => {
                assert_eq!(answer.code(), "idempotency-in-flight");
                assert!(answer.header("retry-after").is_some());
            }
            status => panic!("{status}: {}", answer.text()),
        }
    }
    assert_eq!(runs.len(), 1);
    assert_eq!(app.count_runs().await, 1);
}

#[actix_web::test]
async fn what_was_refused_may_be_tried_again_with_the_same_key() {
    let app = app().await;
    let id = app.created(&definitions::pure()).await;
    let path = format!("/v1/workflows/{id}/pause");
    assert_eq!(post(&app, &path, "k-1", &json!({})).await.status, 409);
    app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    assert_eq!(post(&app, &path, "k-1", &json!({})).await.status, 200);
}
