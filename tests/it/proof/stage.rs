//! An application whose ledger is signed, and those who look at what was signed.

use std::fs;

use chainkeel::notary::{Damage, Error, Log, OutsideCopy, Walk, Walked};
use chainkeel::proof::{Note, VerifierKey};
use chainkeel::segments::Shelf;
use chainkeel::signing;
use sqlx::{Executor as _, Row as _};
use tempfile::TempDir;

use crate::support::{TestApp, TestDatabase, app_that_proves, definitions};

/// A signed ledger with its copy.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) copy: OutsideCopy,
    _place: TempDir,
}

impl Stage {
    /// A ledger with a few runs, all of which are signed.
    pub(super) async fn with_runs() -> Self {
        let stage = Self::empty(signing::Config::default()).await;
        stage.runs(3).await;
        stage.signed().await;
        stage
    }

    pub(super) async fn empty(signing: signing::Config) -> Self {
        let place = tempfile::tempdir().unwrap();
        let copy = OutsideCopy::new(place.path().join("log"));
        Self { app: app_that_proves(signing, &copy).await, copy, _place: place }
    }

    /// Runs that are over; the last one.
    pub(super) async fn runs(&self, count: usize) -> String {
        let workflow = self.app.published(&definitions::pure()).await;
        let mut last = String::new();
        for _ in 0..count {
            last = self.app.finished_run(&workflow).await;
        }
        last
    }

    /// Waits until all that is on the ledger is signed, outside and in the database.
    pub(super) async fn signed(&self) -> Note {
        let head = u64::try_from(self.app.head().await).unwrap();
        let log = self.log();
        let last = || async { log.latest().await.unwrap().map_or(0, |kept| kept.size) };
        self.app.eventually(last, |size| *size >= head).await;
        self.outside().await
    }

    /// What is signed outside.
    pub(super) async fn outside(&self) -> Note {
        Note::read(&self.copy.checkpoint().unwrap().unwrap(), &self.key().await).unwrap()
    }

    pub(super) async fn key(&self) -> VerifierKey {
        self.log().identity().await.unwrap().unwrap().key
    }

    pub(super) fn log(&self) -> Log {
        Log::new(self.app.database.pool.clone())
    }

    pub(super) async fn walked(&self) -> Result<Walked, Error> {
        walk(&self.app.database, &self.copy).run(|_| ()).await
    }

    /// What a walk finds wrong.
    pub(super) async fn damage(&self) -> Damage {
        match self.walked().await {
            Err(Error::Damage(damage)) => *damage,
            other => panic!("the walk finds nothing wrong: {other:?}"),
        }
    }

    /// Why nothing is signed any more, once it says so.
    pub(super) async fn halted(&self, has: &str) -> String {
        let log = self.log();
        let halted = || async { log.standing().await.unwrap().halted.unwrap_or_default() };
        self.app.eventually(halted, |reason| reason.contains(has)).await
    }

    /// Does something to the database that no role of the house may do.
    pub(super) async fn tamper(&self, statement: &str) {
        self.app.database.pool.execute(sqlx::raw_sql(statement)).await.unwrap();
    }

    /// The position of an event.
    pub(super) async fn position(&self, stream: &str, sequence: i64) -> u64 {
        let found =
            sqlx::query("select position from event_log where aggregate_id = $1 and sequence = $2")
                .bind(stream)
                .bind(sequence)
                .fetch_one(&self.app.database.pool)
                .await;
        u64::try_from(found.unwrap().get::<i64, _>(0)).unwrap()
    }

    /// Writes a checkpoint into the copy, as somebody who can write there.
    pub(super) fn forge(&self, text: &str) {
        // In one move: the notary looks at any moment.
        let beside = self.copy.place().join("forged");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, self.copy.checkpoint_file()).unwrap();
    }
}

pub(super) fn walk(database: &TestDatabase, copy: &OutsideCopy) -> Walk {
    Walk {
        database: database.options(),
        log: Log::new(database.pool.clone()),
        copy: copy.clone(),
        key: None,
        checkpoint: None,
        segments: Shelf::new(copy.place().with_file_name("segments")),
    }
}
