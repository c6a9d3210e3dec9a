//! Of two nodes one dies, or is told to end: the other one has its slots and its offices within the time that is
//! promised, and what was its to tell is told.

use std::time::{Duration, Instant};

use actix_web::web::Data;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use sqlx::PgPool;
use tokio::time::sleep;

use super::customers::{Seen, other_side};
use crate::crash::client::Client;
use crate::crash::server::Server;
use crate::crash::two_workers::shares;
use crate::support::database;

/// How long after a death nobody's slots are owned at most: a lease of eight seconds, and to take them.
const AFTER_DEATH: Duration = Duration::from_secs(10);
/// How long it takes at most when they are handed over; a process that ends takes most of it.
const AFTER_ORDER: Duration = Duration::from_secs(5);
/// How long the reactions of a dead process may take to go on in another.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until these are the shares of those who live; how long it took.
async fn shares_are(pool: &PgPool, expected: &[i64]) -> Duration {
    let begun = Instant::now();
    while shares(pool).await != expected {
        assert!(begun.elapsed() < PATIENCE, "{:?}", shares(pool).await);
        sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

#[actix::test]
async fn the_slots_and_the_offices_of_a_node_are_anothers_when_it_dies_and_when_it_ends() {
    // given a node that holds every office, one beside it, runs that come round, and an endpoint told of them
    let database = database().await;
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let seen = Data::new(Seen::default());
    let peer = other_side(&seen);
    let mut first = Server::start(&database.url, &homes[0], &peer.opening());
    let client = Client::of(&first.url);
    let hook = json!({"name": "ends", "url": peer.url("/told"), "subscribedEventTypes": ["run.completed"]});
    client.post("/v1/execution-webhooks", "hook", &hook).await;
    let definition = json!({"nodes": {
        "root": {"type": "schedule", "payload": {"schedule": "* * * * * *"}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.scheduledAt}}"}},
    }});
    client.publish(&definition).await;
    let second = Server::start(&database.url, &homes[1], &peer.opening());
    shares_are(&database.pool, &[128, 128]).await;
    let told = || seen.told.lock().unwrap().len();
    let begun = Instant::now();
    while told() == 0 {
        assert!(begun.elapsed() < PATIENCE, "nothing was told");
        sleep(Duration::from_millis(20)).await;
    }

    // when it dies
    first.kill();

    // then the other one has all slots in time, and runs begin by the clock and are told there
    let took = shares_are(&database.pool, &[256]).await;
    assert!(took < AFTER_DEATH, "the slots of a dead node were nobody's for {took:?}");
    let before = told();
    let died = Instant::now();
    while told() < before + 3 {
        assert!(died.elapsed() < PATIENCE, "nothing was told after the death");
        sleep(Duration::from_millis(20)).await;
    }
    eprintln!("slots {took:.1?} after the death, told {:.1?} after that", died.elapsed());

    // and when a third joins, and the second is told to end, the third has them at once
    let third = Server::start(&database.url, &homes[0], &peer.opening());
    shares_are(&database.pool, &[128, 128]).await;
    kill_process(Pid::from_raw(second.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    let took = shares_are(&database.pool, &[256]).await;
    assert!(took < AFTER_ORDER, "slots that were handed over were nobody's for {took:?}");
    eprintln!("slots {took:.1?} after the order to end");
    drop(third);
}
