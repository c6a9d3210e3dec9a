//! Three nodes run workflows while everything around them goes wrong; a checker reads what came of it.
//!
//! A minute, or as long as `FAULTS_SECONDS` says in seconds. `FAULTS_SEED` brings back what an earlier
//! form did, in the same order; what meets what at which moment differs.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use chainkeel::egress::Method;
use serde_json::json;
use tokio::time::sleep;

use super::checker;
use super::customers::{Customers, Seen, other_side};
use super::house::House;

/// How long all that was promised may take once everything is well again.
const PATIENCE: Duration = Duration::from_mins(2);

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[actix::test]
async fn what_was_promised_is_kept_by_three_nodes_through_everything_that_goes_wrong() {
    // given three nodes, workflows that do something once, wait for a person, and come round by the clock,
    // and somebody who is told of their ends
    let lasting = Duration::from_secs(setting("FAULTS_SECONDS").unwrap_or(60));
    let seed = setting("FAULTS_SEED").unwrap_or_else(rand::random);
    eprintln!("FAULTS_SEED={seed} FAULTS_SECONDS={}", lasting.as_secs());
    let seen = Data::new(Seen::default());
    let peer = other_side(&seen);
    let house = Arc::new(House::start(&peer.opening()).await);
    let customers = Customers::of(&house);
    let effect = json!({"method": "POST", "url": peer.url("/effect"), "body": {}});
    let effects = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["keyed"]},
        "keyed": {"type": "http-request", "payload": effect, "children": ["pause"]},
        "pause": {"type": "delay", "payload": {"delayMs": 300}, "children": ["once"]},
        "once": {"type": "http-request", "payload": effect, "repeatable": false, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.n}}"}}
    }});
    let waits = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["approval"]},
        "approval": {"type": "wait", "payload": {"timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {}}, "children": ["note"]},
        "note": {"type": "log", "branch": "resumed", "payload": {"message": "{{approval.result.triggerResult.n}}"}}
    }});
    let clock = json!({"nodes": {
        "root": {"type": "schedule", "payload": {"schedule": "*/2 * * * * *"}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.scheduledAt}}"}}
    }});
    let hook = json!({"name": "ends", "url": peer.url("/told"), "subscribedEventTypes": ["run.completed", "run.failed"]});
    customers.insist((Method::POST, "/v1/execution-webhooks"), Some("hook"), Some(&hook)).await;
    let effects = customers.publish("effects", &effects).await;
    let waits = customers.publish("waits", &waits).await;
    let clock = customers.publish("clock", &clock).await;

    // when everything goes wrong while customers start runs through all of them
    let suffering = {
        let house = Arc::clone(&house);
        thread::spawn(move || house.suffer(seed, lasting))
    };
    customers.work(&effects, &waits, || suffering.is_finished()).await;
    suffering.join().unwrap();

    // then each run comes to its end, and the clock goes on
    let begun = Instant::now();
    let path = format!("/v1/workflows/{clock}/pause");
    customers.insist((Method::POST, &path), Some("pause"), Some(&json!({}))).await;
    let runs: Vec<_> = customers.promised.runs.borrow().values().cloned().collect();
    for run in &runs {
        while customers.get(&format!("/v1/runs/{run}?summary=true")).await["finishedAt"].is_null() {
            assert!(begun.elapsed() < PATIENCE, "{run} is not over after {PATIENCE:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
    let ended = begun.elapsed();
    let untold = || {
        let told = seen.told.lock().unwrap();
        runs.iter().filter(|run| !told.contains_key(*run)).count()
    };
    while untold() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} of {} ends were not told", untold(), runs.len());
        sleep(Duration::from_millis(50)).await;
    }
    customers.watch_to(checker::last_of_activity(&house).await).await;
    eprintln!("{} runs; the last ended {ended:.1?} after the last fault", runs.len());
    // and everything is on the ledger once, and everywhere the same
    checker::check(&house, &customers.promised, &seen).await;
}
