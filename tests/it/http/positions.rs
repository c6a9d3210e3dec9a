//! Reads say how current they are, and wait when they are asked to.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{app, definitions};

#[actix_web::test]
async fn a_write_says_where_it_is_and_a_read_that_waits_for_it_sees_it() {
    let app = app().await;
    let mut told = 0;
    for round in 0..20 {
        let body = json!({"name": format!("w{round}"), "definition": definitions::pure()});
        let written = app.client.post("/v1/workflows", &body).await.json();
        let id = written["data"]["id"].as_str().unwrap();
        assert_eq!(
            (&written["stream"], &written["sequence"]),
            (&json!(format!("workflow/{id}")), &json!(1))
        );
        // It is told where it is known within 250 ms; on a busy machine it sometimes is not.
        let position = match written["position"].as_i64() {
            Some(position) => {
                told += 1;
                position
            }
            None => app.head().await,
        };
        let list = app.client.get(&format!("/v1/workflows?limit=1&minPosition={position}")).await;
        assert_eq!(list.json()["data"]["items"][0]["id"], id);
        assert!(list.json()["position"].as_i64() >= Some(position));
        assert_eq!(
            list.header("chainkeel-position"),
            Some(list.json()["position"].to_string().as_str())
        );
    }
    assert!(told >= 10, "{told} of 20 writes said where they are");
}

#[actix_web::test]
async fn a_position_that_was_never_given_out_is_a_mistake_after_five_seconds() {
    let app = app().await;
    let far = app.head().await + 1_000_000;
    let begun = Instant::now();
    let late = app.client.get(&format!("/v1/runs?minPosition={far}")).await;
    assert_eq!((late.status, late.code().as_str()), (400, "invalid-query"));
    assert!(late.text().contains("the ledger is at"), "{}", late.text());
    assert!((5..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[actix_web::test]
async fn a_read_waits_for_what_is_about_to_come() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let next = app.head().await + 1;
    let path = format!("/v1/runs?workflowId={id}&minPosition={next}");
    let run = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.client.post(&format!("/v1/workflows/{id}/run"), &json!({})).await.data()
    };
    let (list, run) = futures::join!(app.client.data(&path), run);
    assert_eq!(list["items"][0]["id"], run["runId"]);
}

#[actix_web::test]
async fn the_projections_say_how_far_they_are() {
    let app = app().await;
    app.published(&definitions::pure()).await;
    let projections = app.client.data("/v1/projections").await;
    let names: Vec<_> = projections["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    for name in ["activity", "run_history", "timers", "workflow_catalog"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(projections["items"][0]["lag"].is_i64());
}
