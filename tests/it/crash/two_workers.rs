//! Two processes share the runs of one database; orders find their owner, and one outlives the other.

use std::time::{Duration, Instant};

use chainkeel::egress::{Api, HeaderMap, Method};
use chainkeel::journal::slot_of;
use chainkeel::primitives::CommandId;
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Row};

use super::server::{KEY, Server};
use crate::support::database;

/// Runs that are started through each process.
const RUNS: usize = 40;
/// Runs of one process that are resumed through the other while both live.
const ASKED_ELSEWHERE: usize = 5;
/// How long a dead worker's slots take to be taken over, and its runs to finish.
const PATIENCE: Duration = Duration::from_mins(1);

async fn call(server: &str, method: Method, path: &str, body: Option<&Value>) -> Value {
    let api = Api::new(server, Some(KEY)).unwrap();
    let give_up = Instant::now() + PATIENCE;
    // What was not answered may still be carried out: the key makes sure that it is done once.
    let mut headers = HeaderMap::new();
    headers.insert("idempotency-key", CommandId::generate().to_string().parse().unwrap());
    loop {
        let answer = api.call(method.clone(), path, headers.clone(), body).await.unwrap();
        if answer.status.is_success() {
            return answer.body["data"].clone();
        }
        // While slots change hands an order may find nobody; it says so, and is given again.
        let passing = matches!(answer.status.as_u16(), 429 | 503 | 504);
        assert!(passing && Instant::now() < give_up, "{method} {path}: {}", answer.body);
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many slots each living worker owns.
pub(crate) async fn shares(pool: &PgPool) -> Vec<i64> {
    let query = sqlx::raw_sql(
        "select count(*) as slots from slot_leases s join workers w on w.worker_id = s.owner
          where w.lease_until > clock_timestamp() group by s.owner",
    );
    let rows = pool.fetch_all(query).await.unwrap();
    rows.iter().map(|row| row.get("slots")).collect()
}

/// Who owns the slots of these runs.
async fn owners(pool: &PgPool, runs: &[String]) -> Vec<String> {
    let slots: Vec<String> = runs.iter().map(|run| slot_of(run).to_string()).collect();
    let query = format!(
        "select distinct owner::text from slot_leases where slot in ({})",
        slots.join(", ")
    );
    let rows = pool.fetch_all(sqlx::raw_sql(&query)).await.unwrap();
    rows.iter().map(|row| row.get("owner")).collect()
}

async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < give_up, "{what} did not come about within {PATIENCE:?}");
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A wait in the middle, so that runs are open when their worker dies.
fn definition() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["approval"]},
        "approval": {"type": "wait", "payload": {"timeoutMs": 600_000, "triggerType": "manual", "triggerConfig": {}}, "children": ["pause"]},
        "pause": {"type": "delay", "branch": "resumed", "payload": {"delayMs": 200}, "children": ["told"]},
        "told": {"type": "log", "payload": {"message": "{{approval.result.triggerResult.n}}"}}
    }})
}

#[actix::test]
async fn two_workers_share_the_runs_and_one_outlives_the_other() {
    // given two processes, each with half of the slots
    let database = database().await;
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut one = Server::start(&database.url, &homes[0], "");
    let body = json!({"name": "shared", "definition": definition()});
    let workflow = call(&one.url, Method::POST, "/v1/workflows", Some(&body)).await;
    let workflow = workflow["id"].as_str().unwrap().to_owned();
    call(&one.url, Method::POST, &format!("/v1/workflows/{workflow}/publish"), Some(&json!({})))
        .await;
    let other = Server::start(&database.url, &homes[1], "");
    eventually("an even share", async || {
        (shares(&database.pool).await == [128, 128]).then_some(())
    })
    .await;

    // when runs are started through both
    let mut runs = Vec::new();
    for server in [&one.url, &other.url] {
        let mut begun = Vec::new();
        for n in 0..RUNS {
            let path = format!("/v1/workflows/{workflow}/run");
            let started =
                call(server, Method::POST, &path, Some(&json!({"payload": {"n": n}}))).await;
            begun.push(started["runId"].as_str().unwrap().to_owned());
        }
        runs.push(begun);
    }
    // then each executes what it was asked for itself
    let (of_one, of_other) =
        (owners(&database.pool, &runs[0]).await, owners(&database.pool, &runs[1]).await);
    assert_eq!((of_one.len(), of_other.len()), (1, 1));
    assert_ne!(of_one, of_other);
    // and an order for a run of the other finds it
    for run in &runs[0][..ASKED_ELSEWHERE] {
        let path = format!("/v1/runs/{run}/nodes/approval/resume");
        let resumed = call(&other.url, Method::POST, &path, Some(&json!({"data": {"n": 0}}))).await;
        assert!(resumed["action"] == "resumed" || resumed["action"] == "skipped", "{resumed}");
    }
    let runs = runs.concat();

    // when one of the two dies, and every run is resumed through the other
    one.kill();
    for (n, run) in runs.iter().enumerate() {
        let path = format!("/v1/runs/{run}/nodes/approval/resume");
        let resumed = call(&other.url, Method::POST, &path, Some(&json!({"data": {"n": n}}))).await;
        // An order that had no answer in time is given again, and may have been carried out.
        assert!(resumed["action"] == "resumed" || resumed["action"] == "skipped", "{resumed}");
    }

    // then the survivor owns all slots and every run succeeds
    for run in &runs {
        eventually("the run's success", async || {
            let path = format!("/v1/runs/{run}?summary=true");
            let shown = call(&other.url, Method::GET, &path, None).await;
            (shown["status"] == "success").then_some(())
        })
        .await;
    }
    assert_eq!(shares(&database.pool).await, [256]);
}

#[actix::test]
async fn two_processes_together_start_no_more_runs_than_a_workflow_may() {
    // given a workflow that may start thirty runs, and two processes that start them
    let database = database().await;
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let one = Server::start(&database.url, &homes[0], "");
    let definition = json!({"nodes": {"root": {"type": "manual", "payload": {}}}});
    let body = json!({"name": "limited", "definition": definition});
    let workflow = call(&one.url, Method::POST, "/v1/workflows", Some(&body)).await;
    let path = format!("/v1/workflows/{}", workflow["id"].as_str().unwrap());
    call(&one.url, Method::POST, &format!("{path}/publish"), Some(&json!({}))).await;
    let limits = json!({"maxRuns": 30});
    call(&one.url, Method::PUT, &format!("{path}/limits"), Some(&limits)).await;
    let other = Server::start(&database.url, &homes[1], "");
    eventually("an even share", async || {
        (shares(&database.pool).await == [128, 128]).then_some(())
    })
    .await;

    // when both are asked for forty at the same time
    let (one_url, other_url) = (one.url.as_str(), other.url.as_str());
    let start = async |url: &str| {
        let api = Api::new(url, Some(KEY)).unwrap();
        let answer = api
            .call(Method::POST, &format!("{path}/run"), HeaderMap::new(), Some(&json!({})))
            .await;
        answer.unwrap().status.as_u16()
    };
    let asked = (0..80).map(|n| start(if n % 2 == 0 { one_url } else { other_url }));
    let answers = futures::future::join_all(asked).await;

    // then thirty begin, and no more, whatever the callers were told
    let begun = answers.iter().filter(|status| **status == 202).count();
    assert!(begun <= 30, "{begun}");
    eventually("all of its runs", async || {
        let shown = call(other_url, Method::GET, &path, None).await;
        (shown["pauseReason"] == "max_runs_reached" && shown["remainRuns"] == 0).then_some(())
    })
    .await;
    let query = sqlx::raw_sql(
        "select count(*) as runs from events where aggregate_type = 'run' and event_type = 'started'",
    );
    let runs: i64 = database.pool.fetch_one(query).await.unwrap().get("runs");
    assert_eq!(runs, 30);
}
