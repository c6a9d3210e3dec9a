//! A run that is decided again by the server.

use serde_json::{Value, json};

use crate::support::{app, definitions};

#[actix_web::test]
async fn a_run_is_decided_again_and_is_the_same() {
    let app = app().await;
    let run = app.finished_run(&app.published(&definitions::pure()).await).await;
    let events = app.count_of("select count(*) from events where aggregate_id = $1", &run).await;
    let replay = app.client.data(&format!("/v1/runs/{run}/replay")).await;
    let same = json!({
        "runId": run, "isSame": true, "isOver": true, "events": events, "divergence": null,
    });
    assert_eq!(replay, same);
    let unknown = format!("/v1/runs/run_{}/replay", "0".repeat(26));
    assert_eq!(app.client.get(&unknown).await.status, 404);
}

#[actix_web::test]
async fn the_first_event_that_is_decided_otherwise_is_named_with_both() {
    // given a run of which somebody wrote another end
    let app = app().await;
    let run = app.finished_run(&app.published(&definitions::pure()).await).await;
    let last = app.count_of("select max(sequence) from events where aggregate_id = $1", &run).await;
    app.tamper(&format!(
        "update events
            set payload = jsonb_set(payload::jsonb, '{{succeeded,output}}', '{{\"made\": \"up\"}}')::json
          where aggregate_id = '{run}' and sequence = {last}"
    ))
    .await;

    // when it is decided again
    let replay = app.client.data(&format!("/v1/runs/{run}/replay")).await;

    // then that event is named, with what it should be
    assert_eq!(replay["isSame"], false);
    let Value::Object(divergence) = &replay["divergence"] else { panic!("{replay}") };
    assert_eq!(divergence["sequence"], last);
    let output = |of: &str| divergence[of]["succeeded"]["output"].clone();
    assert_eq!(output("recorded"), json!({"made": "up"}));
    assert_ne!(output("expected"), output("recorded"));
}
