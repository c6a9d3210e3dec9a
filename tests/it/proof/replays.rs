//! Every run of a ledger decided again, stopped and gone on with.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Said, TestApp, app, definitions};

/// The command as an operator gives it, beside the database.
fn replay(app: &TestApp, state: &Path) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(["audit", "replay", "--json", "--state"])
        .arg(state)
        .env_clear()
        .env("DATABASE_URL", app.database.url.clone())
        .output()
        .unwrap();
    Said::of(output)
}

fn told(said: &Said) -> Value {
    serde_json::from_str(said.out.lines().next().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{said:?}"))
}

#[actix_web::test]
async fn an_archive_is_decided_again_and_gone_on_with_where_it_was_left() {
    // given runs that succeeded, failed, and one that waits
    let app = app().await;
    let pure = app.published(&definitions::pure()).await;
    let failing = app.published(&definitions::failing()).await;
    let waiting = app.published(&definitions::waiting()).await;
    for _ in 0..3 {
        app.finished_run(&pure).await;
    }
    let failed = app.started_run(&failing).await;
    app.until_status(&failed, "failure").await;
    let open = app.started_run(&waiting).await;
    app.until_status(&open, "waiting").await;
    let head = app.head().await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("replay.json");

    // when all of it is replayed, then every decision is the one on the ledger
    let said = replay(&app, &state);
    assert_eq!(said.code, Some(0), "{said:?}");
    let first = told(&said);
    assert_eq!(
        (&first["ok"], &first["runs"], &first["open"]),
        (&json!(true), &json!(4), &json!(1))
    );
    assert_eq!(first["position"], head);
    let mark: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    assert_eq!(mark["open"], json!([open]));

    // and when it goes on, then it reads what is new alone, and the run that was open from its beginning
    let resume = format!("/v1/runs/{open}/nodes/approval/resume");
    let resumed = app.client.post(&resume, &json!({ "data": { "by": "Ada" } })).await;
    assert!(resumed.status < 300, "{}", resumed.text());
    app.until_status(&open, "success").await;
    let said = replay(&app, &state);
    assert_eq!(said.code, Some(0), "{said:?}");
    let second = told(&said);
    assert_eq!((&second["runs"], &second["open"]), (&json!(5), &json!(0)));
    let new = app
        .count_of(
            "select count(*) from events join event_log using (aggregate_type, aggregate_id, sequence)
              where aggregate_type = 'run' and position > $1::bigint",
            &head.to_string(),
        )
        .await;
    assert_eq!(second["events"], new);
}

#[actix_web::test]
async fn a_decision_that_was_changed_is_named_also_where_the_run_was_half_read_before() {
    // given a run that waits, and a replay up to there
    let app = app().await;
    let waiting = app.published(&definitions::waiting()).await;
    let open = app.started_run(&waiting).await;
    app.until_status(&open, "waiting").await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("replay.json");
    assert_eq!(replay(&app, &state).code, Some(0));

    // when somebody changes what was decided of it, and it ends
    let resume = format!("/v1/runs/{open}/nodes/approval/resume");
    app.client.post(&resume, &json!({ "data": { "by": "Ada" } })).await;
    app.until_status(&open, "success").await;
    let last: i64 =
        app.count_of("select max(sequence) from events where aggregate_id = $1", &open).await;
    let changed = sqlx::query(
        "update events set payload = replace(payload::text, 'Ada approved', 'Eve approved')::json
          where aggregate_id = $1 and payload::text like '%Ada approved%'",
    )
    .bind(&open)
    .execute(&app.database.pool)
    .await
    .unwrap()
    .rows_affected();
    assert!(changed > 0);

    // then the replay that goes on names it, and so does one from the beginning
    for path in [&state, &directory.path().join("anew.json")] {
        let said = replay(&app, path);
        assert_eq!(said.code, Some(1), "{said:?}");
        let differing = &told(&said)["differing"];
        assert_eq!(differing[0]["runId"], open, "{differing}");
        let sequence = differing[0]["sequence"].as_i64().unwrap();
        assert!((1..=last).contains(&sequence), "{differing}");
    }
    // and it is not forgotten by one that finds nothing new
    assert_eq!(replay(&app, &state).code, Some(1));
}

#[actix_web::test]
async fn a_file_that_is_no_state_is_left_as_it_is() {
    let app = app().await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("notes.txt");
    fs::write(&state, "my notes").unwrap();

    let said = replay(&app, &state);

    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("is no state of a replay"), "{said:?}");
    assert_eq!(fs::read(&state).unwrap(), b"my notes");
}
