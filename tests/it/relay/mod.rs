//! The ledger on a real NATS server: every position once and in order, whatever happens to it and to us.

mod doors;
mod following;
mod gateway;
mod gone;
mod history;

use chainkeel::journal::{self, Bells, Journal, Recorded, kept_webhook_key};
use chainkeel::projections::audit::{Line, is_open};
use chainkeel::relay::Ledger;
use futures::future::join_all;
use serde_json::json;

use crate::support::nats::{Nats, Told};
use crate::support::{TestApp, TestDatabase};

/// Which ledger the database has.
pub(crate) async fn identity(database: &TestDatabase) -> Ledger {
    Ledger::of(&kept_webhook_key(&database.pool).await.unwrap().unwrap())
}

/// All events of the ledger.
pub(crate) async fn recorded(database: &TestDatabase) -> Vec<Recorded> {
    let bells = Bells::default();
    let (journal, _lanes) =
        Journal::open(database.pool.clone(), &bells, journal::Config::default());
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let after = events.last().map_or(0, |last| last.position);
        let page = journal.read_after(after, 1_000).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// What the stream must hold: each event under its position, as an export of the ledger tells it.
pub(crate) async fn expected(database: &TestDatabase) -> Vec<Told> {
    let ledger = identity(database).await;
    let told = |event: Recorded| {
        let line = Line::of(&event, !is_open(&event.aggregate_type)).unwrap();
        let (position, organization) = (event.position, event.organization);
        Told {
            sequence: position,
            subject: format!(
                "chainkeel.{ledger}.{organization}.{}.{}",
                event.aggregate_type, event.event_type
            ),
            id: ledger.message_id(position, &line.digest()),
            body: serde_json::to_string(&line).unwrap(),
        }
    };
    recorded(database).await.into_iter().map(told).collect()
}

/// Holds what a consumer was told to the ledger, event by event.
#[track_caller]
pub(crate) fn same(told: &[Told], expected: &[Told]) {
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.len());
}

/// Waits until the stream holds what the ledger does now, and holds the one to the other.
async fn all_is_told(app: &TestApp, nats: &Nats, consumer: &str) {
    let head = app.head().await;
    nats.until(head).await;
    let told = nats.told(consumer).await;
    assert!(i64::try_from(told.len()).unwrap() >= head, "{} of {head}", told.len());
    // The ledger may go on meanwhile.
    let expected = expected(&app.database).await;
    same(&told, &expected[..told.len()]);
}

/// So many runs that begin at the same time, and are over.
pub(crate) async fn traffic(app: &TestApp, workflow: &str, runs: usize) {
    join_all((0..runs).map(|_| app.finished_run(workflow))).await;
}

/// A payload that makes an event as long as this.
fn long(bytes: usize) -> serde_json::Value {
    json!({"amount": 250, "text": "x".repeat(bytes)})
}
