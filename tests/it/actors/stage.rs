//! A ledger that runs, and workers that come and go.

use std::time::Duration;

use chainkeel::journal::{
    Append, Bells, Config, Journal, Leases, Metadata, NewEvent, Outcome, Pace, Runs, Sequencer,
    StreamId, Tail, pool,
};
use chainkeel::primitives::{CommandId, OrganizationId, WorkerId};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::{TestDatabase, database};

/// Nothing on these machines takes this long; what does has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Stage {
    pub(super) app: PgPool,
    pub(super) journal: Journal,
    pub(super) tail: Tail,
    pub(super) database: TestDatabase,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Stage {
    pub(super) async fn new() -> Self {
        let database = database().await;
        let app = pool::serving(&database.options(), 16);
        let bells = Bells::default();
        let (journal, lanes) = Journal::open(app.clone(), &bells, Config::default());
        let mut tasks: Vec<_> =
            lanes.into_iter().map(|lane| tokio::spawn(async move { lane.run().await })).collect();
        let leases = worker(&app).await;
        let mut sequencer =
            Sequencer::new(app.clone(), leases.worker(), bells.clone(), Pace::default());
        assert!(sequencer.lead().await.unwrap());
        tasks.push(tokio::spawn(async move { drop(sequencer.run().await) }));
        let poll = Duration::from_millis(100);
        let (tail, reader) = Tail::open(journal.clone(), bells, poll).await.unwrap();
        tasks.push(tokio::spawn(async move { drop(reader.run().await) }));
        Self { app, journal, tail, database, tasks }
    }

    /// Records an event of a stream, after `expected` that are there.
    pub(super) async fn record(&self, stream: &StreamId, expected: i64, event_type: &'static str) {
        let metadata = Metadata::new(OrganizationId::DEFAULT, "tester", CommandId::generate());
        let recorded = self.append(stream, expected, event_type, metadata).await;
        assert_eq!(recorded, Outcome::Appended { last: expected + 1 });
    }

    pub(super) async fn append(
        &self,
        stream: &StreamId,
        expected: i64,
        event_type: &'static str,
        metadata: Metadata,
    ) -> Outcome {
        append(&self.journal, stream, expected, event_type, metadata).await
    }
}

pub(super) async fn append(
    journal: &Journal,
    stream: &StreamId,
    expected: i64,
    event_type: &'static str,
    metadata: Metadata,
) -> Outcome {
    let event = NewEvent {
        event_type: event_type.into(),
        event_version: "1.0".into(),
        payload: "{}".to_owned(),
    };
    let append = Append {
        stream: stream.clone(),
        expected,
        events: vec![event],
        metadata,
        fence: None,
        subject: None,
        side: Vec::new(),
    };
    journal.append(append).await.unwrap()
}

/// A worker that lives as long as the test, or until it leaves.
pub(super) async fn worker(app: &PgPool) -> Leases {
    let lease = Duration::from_mins(10);
    Leases::join(app.clone(), WorkerId::generate(), "test", Runs::Unwanted, lease).await.unwrap()
}

/// Looks again and again until it is as it should be.
pub(super) async fn eventually(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} does not come about"));
}
