//! Workflows that come round in time, by a clock that the test moves.

use std::sync::Arc;

use chainkeel::primitives::ManualClock;
use serde_json::{Value, json};
use sqlx::Executor;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::support::{TestApp, app_at, chainkeel};

const START: OffsetDateTime = datetime!(2026-12-01 08:00:30 UTC);

fn each_minute(catch_up: &str) -> Value {
    json!({"nodes": {
        "root": {
            "type": "schedule",
            "payload": {"schedule": "* * * * *", "catchUp": catch_up, "inputs": {"report": "daily"}},
            "children": ["note"],
        },
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.report}}"}},
    }})
}

/// The runs of a workflow, what each was told, in the order in which they were due.
async fn told(app: &TestApp, workflow: &str) -> Vec<Value> {
    let path = format!("/v1/runs?workflowId={workflow}&limit=100&minPosition={}", app.head().await);
    let page = app.client.data(&path).await;
    let mut told = Vec::new();
    for run in page["items"].as_array().unwrap() {
        let path = format!("/v1/runs/{}/events?limit=1", run["id"].as_str().unwrap());
        let first = app.client.data(&path).await["items"][0]["payload"].clone();
        told.push(first["started"]["trigger"]["body"].clone());
    }
    told.sort_by_key(|body| body["scheduledAt"].to_string());
    told
}

/// Waits until the schedule has fired that time.
async fn fired(app: &TestApp, workflow: &str, due: &str) -> Value {
    let path = format!("/v1/workflows/{workflow}/schedule");
    app.eventually(|| app.client.data(&path), |shown| shown["lastRunAt"] == due).await
}

#[expect(clippy::disallowed_methods, reason = "tests ask ad hoc")]
async fn skips(app: &TestApp) -> Vec<String> {
    app.head().await;
    let rows: Vec<(String,)> = sqlx::query_as(
        "select payload->'skipped'->>'message' from events where aggregate_type = 'skip'",
    )
    .fetch_all(&app.database.pool)
    .await
    .unwrap();
    rows.into_iter().map(|(message,)| message).collect()
}

#[actix_web::test]
async fn each_due_time_starts_one_run_through_restarts_pauses_and_two_houses() {
    // given a workflow that comes round each minute
    let clock = ManualClock::at(START);
    let mut app = app_at(Arc::new(clock.clone())).await;
    let workflow = app.published(&each_minute("one")).await;
    let path = format!("/v1/workflows/{workflow}");
    let shown = app.client.data(&format!("{path}/schedule?count=2")).await;
    assert_eq!((&shown["state"], &shown["lastRunAt"]), (&json!("active"), &Value::Null));
    assert_eq!(shown["upcoming"], json!(["2026-12-01T08:01:00Z", "2026-12-01T08:02:00Z"]));

    // when its time comes, then one run is told which time it was
    clock.advance(Duration::seconds(30));
    let shown = fired(&app, &workflow, "2026-12-01T08:01:00Z").await;
    assert_eq!(shown["nextRunAt"], "2026-12-01T08:02:00Z");
    let runs = told(&app, &workflow).await;
    let expected = json!({
        "report": "daily", "scheduledAt": "2026-12-01T08:01:00Z",
        "firedAt": "2026-12-01T08:01:00Z", "missed": 0,
    });
    assert_eq!(runs, [expected]);
    let said = chainkeel(&app, &["schedule", "show", &workflow]);
    assert!(said.out.contains("last  2026-12-01T08:01:00Z  run_"), "{said:?}");

    // when the process dies after it has fired and before it has noted so, and is away for ten
    // minutes
    let later = clock.clone();
    app.after_downtime(async |database| {
        let forget = "update schedule_cursors set done_through = done_through - interval '30 s'";
        database.pool.execute(forget).await.unwrap();
        later.advance(Duration::minutes(10));
    })
    .await;

    // then what had fired does not fire again, the last of ten is made up for, and the ledger
    // says what became of the nine others
    fired(&app, &workflow, "2026-12-01T08:11:00Z").await;
    let runs = told(&app, &workflow).await;
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert_eq!(
        (&runs[1]["scheduledAt"], &runs[1]["missed"]),
        (&json!("2026-12-01T08:11:00Z"), &json!(9))
    );
    let [message] = &skips(&app).await[..] else { panic!("one skip") };
    let span = "9 due times from 2026-12-01T08:02:00Z to 2026-12-01T08:10:00Z were missed";
    assert!(message.starts_with(span), "{message}");

    // when it is paused for an hour, then the pause is not made up for
    app.client.post(&format!("{path}/pause"), &json!({})).await.data();
    let shown = app.client.data(&format!("{path}/schedule")).await;
    assert_eq!((&shown["state"], &shown["nextRunAt"]), (&json!("paused"), &Value::Null));
    clock.advance(Duration::hours(1));
    app.client.post(&format!("{path}/resume"), &json!({})).await.data();
    clock.advance(Duration::minutes(1));
    fired(&app, &workflow, "2026-12-01T09:12:00Z").await;
    assert_eq!(told(&app, &workflow).await.len(), 3);

    // when a second house takes over while the first does not know, then each time starts one run
    let _second = app.second().await;
    for minute in 13..16 {
        clock.advance(Duration::minutes(1));
        fired(&app, &workflow, &format!("2026-12-01T09:{minute}:00Z")).await;
    }
    let runs = told(&app, &workflow).await;
    assert_eq!(runs.len(), 6, "{runs:?}");
    assert_eq!(skips(&app).await.len(), 1);
}

#[actix_web::test]
async fn a_wrong_schedule_is_not_published_and_a_pattern_can_be_looked_at_before() {
    let app = app_at(Arc::new(ManualClock::at(START))).await;
    let wrong =
        |payload: Value| json!({"nodes": {"root": {"type": "cronjob", "payload": payload}}});
    for (payload, place, words) in [
        (json!({"rrule": "RRULE:FREQ=DAILY"}), "/nodes/root/payload/rrule", "DTSTART"),
        (json!({"schedule": "0 9 30 2 *"}), "/nodes/root/payload/schedule", "never comes round"),
        (
            json!({"schedule": "* * * * *", "timezone": "Zurich"}),
            "/nodes/root/payload/timezone",
            "IANA time zone",
        ),
    ] {
        let body = json!({"definition": wrong(payload)});
        let found = app.client.post("/v1/workflows/validate", &body).await.data().to_string();
        assert!(found.contains(place) && found.contains(words), "{found}");
    }
    let by_hand = app.published(&crate::support::definitions::pure()).await;
    let shown = app.client.data(&format!("/v1/workflows/{by_hand}/schedule")).await;
    assert_eq!((&shown["state"], &shown["upcoming"]), (&json!("none"), &json!([])));
    let asked = format!("/v1/workflows/{by_hand}/schedule?count=101");
    assert_eq!(app.client.get(&asked).await.status, 400);
    let preview = [
        "schedule",
        "preview",
        r"DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY;COUNT=2",
        "--json",
        "--from",
        "2026-01-01T00:00:00Z",
    ];
    let said = chainkeel(&app, &preview);
    assert!(
        said.out.contains(r#""times":["2026-12-01T09:00:00Z","2026-12-02T09:00:00Z"]"#),
        "{said:?}"
    );
    let said = chainkeel(&app, &["schedule", "preview", "0 9 * *"]);
    assert!(said.err.contains("five fields"), "{said:?}");
}
