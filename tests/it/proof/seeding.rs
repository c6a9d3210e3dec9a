//! What `chainkeel seed` makes is a ledger like any other: read, decided again, signed and verified.

use std::collections::BTreeSet;
use std::process::Command;

use chainkeel::signing;
use serde_json::{Value, json};
use sqlx::Row as _;

use super::stage::Stage;
use crate::support::{Said, TestDatabase, database};

fn command(database: &TestDatabase, arguments: &[&str]) -> Said {
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", &database.url)
        .env("CHAINKEEL_DATA_DIR", place.path())
        .env("CHAINKEEL_LOG_FILTER", "error")
        .output()
        .unwrap();
    Said::of(output)
}

fn seeded(database: &TestDatabase, more: &[&str]) -> Value {
    let arguments = [&["seed", "--workflows", "20", "--runs", "200", "--json"], more].concat();
    let said = command(database, &arguments);
    assert_eq!(said.code, Some(0), "{said:?}");
    serde_json::from_str(said.out.trim()).unwrap()
}

/// All items of a list.
async fn all(stage: &Stage, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = stage.app.client.data(&format!("{path}?limit=100{cursor}")).await;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn statuses(of: &[Value]) -> BTreeSet<&str> {
    of.iter().map(|it| it["status"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_seeded_organization_is_listed_decided_again_and_verified() {
    // given a house that signs, and nothing in it
    let stage = Stage::empty(signing::Config::default()).await;
    let before = stage.app.count_runs().await;
    assert_eq!(before, 0);

    // when its organization is seeded beside it
    let made = seeded(&stage.app.database, &[]);
    assert_eq!((&made["workflows"], &made["runs"]), (&json!(20), &json!(200)));

    // then its lists have all of it
    let workflows = all(&stage, "/v1/workflows").await;
    assert_eq!(workflows.len(), 20);
    assert_eq!(statuses(&workflows), BTreeSet::from(["active", "draft", "paused"]));
    let runs = all(&stage, "/v1/runs").await;
    assert_eq!(runs.len(), 200);
    let ends = statuses(&runs);
    for status in ["success", "failure", "cancelled", "waiting"] {
        assert!(ends.contains(status), "{ends:?}");
    }
    let succeeded = runs.iter().filter(|it| it["status"] == "success").count();
    assert!(succeeded > 150, "{succeeded}");
    let tasks = all(&stage, "/v1/tasks").await;
    let open = |it: &&Value| {
        ["created", "assigned", "in_progress"].contains(&it["status"].as_str().unwrap())
    };
    let open = tasks.iter().filter(open).count();
    assert!(open as u64 >= made["openTasks"].as_u64().unwrap() && open >= 5, "{open} of {made}");

    // and every decision is the engine's
    let said = command(&stage.app.database, &["audit", "replay", "--json"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let replayed: Value = serde_json::from_str(said.out.trim()).unwrap();
    let count = replayed["runs"].as_u64().unwrap() + replayed["open"].as_u64().unwrap();
    assert_eq!((&replayed["ok"], count), (&json!(true), 200), "{replayed}");

    // and the ledger is signed and walked like any other
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert!(walked.checkpoint.size > 1_000, "{}", walked.checkpoint.size);

    // and a second time is refused, and changes nothing
    let head = stage.app.head().await;
    let said = command(&stage.app.database, &["seed", "--runs", "10", "--json"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("has runs") && said.err.contains("--add"), "{}", said.err);
    assert_eq!(stage.app.head().await, head);
}

#[actix_web::test]
async fn many_runs_are_not_told_beside_a_server_whose_timers_would_go_on_with_half_of_one() {
    let stage = Stage::empty(signing::Config::default()).await;
    let said = command(&stage.app.database, &["seed", "--runs", "1000", "--json"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("--roles api,projector"), "{}", said.err);
    assert_eq!(stage.app.count_runs().await, 0);
}

#[actix_web::test]
async fn the_same_seed_makes_the_same_runs_also_where_no_server_is() {
    let until = ["--until", "2026-11-29T12:00:00Z", "--seed", "7"];
    let mut sums = Vec::new();
    for _ in 0..2 {
        let database = database().await;
        seeded(&database, &until);
        let sum = "select md5(string_agg(concat(aggregate_id, sequence, event_type, payload, recorded_at), '/'
                          order by aggregate_type, aggregate_id, sequence)) as sum
                     from events where aggregate_type in ('run', 'task')";
        let row = sqlx::query(sum).fetch_one(&database.pool).await.unwrap();
        sums.push(row.get::<String, _>("sum"));
        // the views have followed when it ends
        let behind = "select count(*) as behind from projection_builds, sequencer
                       where state = 'live' and position < head";
        let row = sqlx::query(behind).fetch_one(&database.pool).await.unwrap();
        assert_eq!(row.get::<i64, _>("behind"), 0);
    }
    assert_eq!(sums[0], sums[1]);

    // and another one makes others
    let other = database().await;
    let made = seeded(&other, &["--until", "2026-11-29T12:00:00Z", "--seed", "8", "--tasks", "0"]);
    assert_eq!(made["openTasks"], 0);
    let said = command(&other, &["seed", "--organization", "org_01h455vb4pex5vsknk084sn02q"]);
    assert!(said.err.contains("there is no organization"), "{said:?}");
}
