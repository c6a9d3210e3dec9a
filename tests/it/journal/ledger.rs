//! A fresh, migrated database with a journal over it, and short ways to say what a test does.

use std::sync::Arc;
use std::time::Duration;

use chainkeel::journal::{
    Append, Bells, Config, Fence, Journal, Lane, Leases, Metadata, NewEvent, Outcome, Pace, Runs,
    Sequencer, StreamId, Tail, pool, slot_of,
};
use chainkeel::primitives::{CommandId, OrganizationId, RunId, WorkerId};
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinHandle;

use crate::support::{TestDatabase, database};

/// A journal whose lanes run until the test ends.
pub(super) struct Ledger {
    /// Connections as the role that serves.
    pub(super) app: PgPool,
    pub(super) database: TestDatabase,
    pub(super) bells: Bells,
    pub(super) journal: Journal,
    pub(super) lanes: Vec<Lane>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Ledger {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Ledger {
    pub(super) async fn new() -> Self {
        let mut ledger = Self::at_rest(Config::default()).await;
        ledger.run_lanes();
        ledger
    }

    /// Nothing is recorded until [`Ledger::run_lanes`].
    pub(super) async fn at_rest(config: Config) -> Self {
        let database = database().await;
        let app = pool::serving(&database.options(), 32);
        let bells = Bells::default();
        let (journal, lanes) = Journal::open(app.clone(), &bells, config);
        Self { app, database, bells, journal, lanes, tasks: Vec::new() }
    }

    pub(super) fn run_lanes(&mut self) {
        for lane in self.lanes.clone() {
            self.tasks.push(tokio::spawn(async move { lane.run().await }));
        }
    }

    pub(super) fn host(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }

    pub(super) async fn join(&self, lease: Duration) -> Leases {
        let worker = WorkerId::generate();
        Leases::join(self.app.clone(), worker, "test", Runs::Wanted, lease).await.unwrap()
    }

    /// A sequencer in office, which ticks when the test says so.
    pub(super) async fn sequencer(&self) -> Sequencer {
        let leases = self.join(Duration::from_mins(10)).await;
        let mut sequencer =
            Sequencer::new(self.app.clone(), leases.worker(), self.bells.clone(), Pace::default());
        assert!(sequencer.lead().await.unwrap());
        sequencer
    }

    /// A sequencer and a tail that run.
    pub(super) async fn tail(&mut self) -> Tail {
        let mut sequencer = self.sequencer().await;
        self.host(async move {
            let error = sequencer.run().await;
            tracing::error!("{error}");
        });
        let (tail, reader) =
            Tail::open(self.journal.clone(), self.bells.clone(), Duration::from_millis(100))
                .await
                .unwrap();
        self.host(async move {
            reader.run().await;
        });
        tail
    }

    /// All that is recorded in a stream, as (sequence, command).
    pub(super) async fn commands_of(&self, stream: &StreamId) -> Vec<(i64, String)> {
        let events = self.journal.read_stream(stream, 0, 100_000).await.unwrap();
        events
            .iter()
            .map(|event| (event.sequence, event.metadata_map().unwrap()["command_id"].clone()))
            .collect()
    }
}

/// A new run's stream.
pub(super) fn run() -> StreamId {
    StreamId::run(RunId::generate())
}

pub(super) fn metadata() -> Metadata {
    Metadata::new(OrganizationId::DEFAULT, "test", CommandId::generate())
}

pub(super) fn event(text: &str) -> NewEvent {
    NewEvent {
        event_type: "noted".into(),
        event_version: "1.0".into(),
        payload: format!(r#"{{"noted":{{"text":"{text}"}}}}"#),
    }
}

/// Inserts one event as any program might.
pub(super) async fn insert(connection: &mut PgConnection, run: &str, sequence: i64) {
    insert_of("run", connection, run, sequence).await;
}

/// Inserts one event of an aggregate of this type.
pub(super) async fn insert_of(kind: &str, connection: &mut PgConnection, id: &str, sequence: i64) {
    sqlx::query(
        r#"insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
           values ($3, $1, $2, 'noted', '1.0', '{}', '{"organization_id":"org_00000000000000000000000000"}')"#,
    )
    .bind(id)
    .bind(sequence)
    .bind(kind)
    .execute(connection)
    .await
    .unwrap();
}

/// An append of a new command.
pub(super) fn append(stream: &StreamId, expected: i64, count: usize) -> Append {
    Append {
        stream: stream.clone(),
        expected,
        events: (0..count).map(|number| event(&number.to_string())).collect(),
        metadata: metadata(),
        fence: None,
        subject: None,
        side: Vec::new(),
    }
}

pub(super) fn slot(stream: &StreamId) -> i16 {
    slot_of(&stream.aggregate_id)
}

pub(super) fn fence(slots: &[Fence], stream: &StreamId) -> Option<Fence> {
    slots.iter().copied().find(|fence| fence.slot == slot(stream))
}

/// Hands the appends over in order while the lanes rest, runs the lanes, and returns the outcomes.
pub(super) async fn in_one_flush(ledger: &mut Ledger, appends: Vec<Append>) -> Vec<Outcome> {
    let count = appends.len();
    let journal = Arc::new(ledger.journal.clone());
    let mut calls = Vec::new();
    for append in appends {
        let (journal, before) = (Arc::clone(&journal), journal.queued());
        calls.push(tokio::spawn(async move { journal.append(append).await.unwrap() }));
        while ledger.journal.queued() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!(ledger.journal.queued(), count);
    ledger.run_lanes();
    futures::future::try_join_all(calls).await.unwrap()
}
