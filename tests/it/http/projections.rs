//! What an operator orders of views over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

const VIEW: &str = "/v1/projections/run_history";

/// The build of a view that readers see.
async fn read(app: &TestApp, name: &str) -> Value {
    let listed = app.client.data("/v1/projections").await;
    let builds = listed["items"].as_array().unwrap().clone();
    let is_it = |it: &Value| it["name"] == name && it["state"] == "live";
    builds.into_iter().find(is_it).expect("each view has a live build")
}

#[actix_web::test]
async fn a_view_is_made_anew_by_order_and_the_list_says_what_came_of_it() {
    // given runs, and a view that shows them
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let run = app.finished_run(&workflow).await;
    let before = read(&app, "run_history").await;
    assert_eq!(before["rebuild"], Value::Null);

    // when it is ordered anew, and once more while that goes on
    let ordered =
        app.client.post(&format!("{VIEW}/rebuild"), &json!({"perSecond": 1_000_000})).await;
    assert_eq!(ordered.status, 202, "{}", ordered.text());
    assert_eq!(ordered.data()["orderedBy"], "admin");
    app.client.post(&format!("{VIEW}/rebuild"), &json!({})).await.data();

    // then another build takes its place, and it was the same
    let done = async {
        loop {
            let now = read(&app, "run_history").await;
            if now["rebuild"]["state"] == "done" {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let now = tokio::time::timeout(Duration::from_mins(1), done).await.expect("it is carried out");
    assert_ne!(now["schema"], before["schema"]);
    let rebuild = &now["rebuild"];
    assert!(["same", "notCompared"].iter().any(|it| rebuild["outcome"] == *it), "{rebuild}");
    assert_eq!(rebuild["position"], rebuild["target"]);
    assert!(rebuild["finishedAt"].is_string(), "{rebuild}");
    assert_eq!(app.client.data(&format!("/v1/runs/{run}")).await["status"], "success");
}

#[actix_web::test]
async fn a_view_rests_and_is_slow_by_order() {
    let app = app().await;
    let paused = app.client.post(&format!("{VIEW}/pause"), &json!({})).await.data();
    assert_eq!(paused, json!({"name": "run_history", "isPaused": true, "perSecond": null}));
    let slow = app.client.request("PUT", &format!("{VIEW}/throttle"));
    slow.json(&json!({"perSecond": 500})).send().await.data();
    let both = read(&app, "run_history").await;
    assert_eq!((&both["isPaused"], &both["perSecond"]), (&json!(true), &json!(500)));
    assert_eq!(read(&app, "tasks").await["isPaused"], false, "the others go on");

    app.client.post(&format!("{VIEW}/resume"), &json!({})).await.data();
    app.client.request("PUT", &format!("{VIEW}/throttle")).json(&json!({})).send().await.data();
    let free = read(&app, "run_history").await;
    assert_eq!((&free["isPaused"], &free["perSecond"]), (&json!(false), &Value::Null));
}

#[actix_web::test]
async fn an_order_that_cannot_be_followed_is_refused_with_what_there_is() {
    let app = app().await;
    for order in ["pause", "resume", "rebuild"] {
        let unknown = app.client.post(&format!("/v1/projections/runs/{order}"), &json!({})).await;
        assert_eq!(unknown.status, 404, "{order}");
        assert!(unknown.text().contains("run_history, workflow_catalog"), "{}", unknown.text());
    }
    let none = app.client.post(&format!("{VIEW}/rebuild"), &json!({"perSecond": 0})).await;
    assert_eq!(none.status, 422, "{}", none.text());
    assert!(none.text().contains("/perSecond"), "{}", none.text());
    assert_eq!(read(&app, "run_history").await["rebuild"], Value::Null);
}
