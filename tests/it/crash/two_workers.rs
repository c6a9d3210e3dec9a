//! Two processes share the runs of one database; orders find their owner, and one outlives the other.

use std::time::{Duration, Instant};

use chainkeel::egress::{Api, HeaderMap, Method};
use chainkeel::primitives::CommandId;
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Row};

use super::server::{KEY, Server};
use crate::support::database;

/// Runs that are started through each process.
const RUNS: usize = 40;
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
async fn shares(pool: &PgPool) -> Vec<i64> {
    let query = sqlx::raw_sql(
        "select count(*) as slots from slot_leases s join workers w on w.worker_id = s.owner
          where w.lease_until > clock_timestamp() group by s.owner",
    );
    let rows = pool.fetch_all(query).await.unwrap();
    rows.iter().map(|row| row.get("slots")).collect()
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

    // when runs are started through both, whoever owns them
    let mut runs = Vec::new();
    for n in 0..RUNS {
        for server in [&one.url, &other.url] {
            let path = format!("/v1/workflows/{workflow}/run");
            let started =
                call(server, Method::POST, &path, Some(&json!({"payload": {"n": n}}))).await;
            runs.push(started["runId"].as_str().unwrap().to_owned());
        }
    }
    // and one of the two dies, and every run is resumed through the other
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
