//! An application with runs that are over, and an archivist whose clock can be moved.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chainkeel::app::Renewal;
use chainkeel::journal::personal::Subjects;
use chainkeel::journal::reading::{Catalogue, Kept, Sealed};
use chainkeel::journal::{Bells, Config, Journal, Lane, pool};
use chainkeel::notary::{Error, Log, OutsideCopy, Walk, Walked};
use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use chainkeel::projections::rebuild::Means;
use chainkeel::retention::{Archivist, Done, Pace};
use chainkeel::secrets::Vault;
use chainkeel::segments::Shelf;
use serde_json::Value;
use tempfile::TempDir;
use time::Duration;
use tokio::task::JoinHandle;

use crate::support::{TestApp, app_that_lets_go, definitions, test_keys};

/// So long after its end a month leaves here.
pub(super) const AFTER: Duration = Duration::days(90);

pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) clock: ManualClock,
    pub(super) shelf: Shelf,
    pub(crate) journal: Journal,
    copy: OutsideCopy,
    lanes: Vec<JoinHandle<()>>,
    _place: TempDir,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.lanes.iter().for_each(JoinHandle::abort);
    }
}

impl Stage {
    /// A house in which nothing happened yet.
    pub(super) async fn open() -> Self {
        let place = tempfile::tempdir().unwrap();
        let copy = OutsideCopy::new(place.path().join("log"));
        let shelf = Shelf::new(place.path().join("segments"));
        let clock = ManualClock::at(SystemClock.now());
        let app = app_that_lets_go(&copy, &shelf, Arc::new(clock.clone())).await;
        let pool = app.database.pool.clone();
        let subjects = Subjects::new(Vault::new(pool.clone(), test_keys()));
        let (journal, lanes) = Journal::open(pool, &Bells::default(), Config::default());
        let sealed = Sealed { shelf: shelf.clone(), clock: Arc::new(clock.clone()) };
        let journal = journal.with_segments(sealed).with_subjects(subjects);
        let lanes = lanes.into_iter().map(hosted).collect();
        Self { app, clock, shelf, journal, copy, lanes, _place: place }
    }

    /// An archivist that keeps the rows of what has left for so long.
    fn archivist_that_keeps(&self, keep_detached: Duration) -> Archivist {
        self.archivist_of(keep_detached, self.clock.clone())
    }

    /// One whose clock is ahead of the house's: of runs that are not over, nothing times out meanwhile.
    pub(super) fn archivist_ahead(&self, by: Duration) -> Archivist {
        self.archivist_of(Duration::days(100_000), ManualClock::at(self.clock.now() + by))
    }

    fn archivist_of(&self, keep_detached: Duration, clock: ManualClock) -> Archivist {
        let pace = Pace { seal_after: Some(AFTER), keep_detached };
        Archivist::new(
            self.journal.clone(),
            self.shelf.clone(),
            self.copy.clone(),
            (pace, Arc::new(clock)),
            Arc::new(Renewal(Means {
                database: self.app.database.login(pool::Role::Projector),
                journal: self.journal.clone(),
            })),
        )
    }

    /// One that keeps them for ever.
    pub(super) fn archivist(&self) -> Archivist {
        self.archivist_that_keeps(Duration::days(100_000))
    }

    /// The same with runs that are over and signed, in a month that is long past.
    pub(crate) async fn with_old_runs(count: usize) -> (Self, Vec<String>) {
        let stage = Self::open().await;
        let workflow = stage.app.published(&definitions::pure()).await;
        let mut runs = Vec::new();
        for _ in 0..count {
            runs.push(stage.app.finished_run(&workflow).await);
        }
        stage.signed().await;
        stage.clock.advance(Duration::days(200));
        (stage, runs)
    }

    /// Waits until all that is on the ledger is signed, outside and in the database, and other runs were told of it.
    pub(super) async fn signed(&self) {
        let head = self.app.head().await;
        let log = self.log();
        let last = || async { log.latest().await.unwrap().map_or(0, |kept| kept.size) };
        let signed = u64::try_from(head).unwrap();
        self.app.eventually(last, |size| *size >= signed).await;
        let told = "select coalesce(max(position), 0) from reactions where name = 'kin'";
        self.app.eventually(|| self.app.count(told), |told| *told >= head).await;
    }

    /// One pass of the archivist, which must come to its end.
    pub(crate) async fn pass(&self) -> Done {
        self.signed().await;
        loop {
            match self.archivist().pass().await {
                Ok(done) => return done,
                // The doctor of views looks at one meanwhile.
                Err(error) if format!("{error:?}").contains("verified already") => {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    /// Lets everything leave, and its rows be dropped; what holds it then.
    pub(crate) async fn moved(&self) -> Kept {
        self.pass().await;
        let done = self.archivist_that_keeps(Duration::ZERO).pass().await.unwrap();
        assert_eq!(done.dropped.len(), 1);
        self.kept().await.remove(0)
    }

    pub(super) async fn kept(&self) -> Vec<Kept> {
        Catalogue::new(self.app.database.pool.clone()).list().await.unwrap()
    }

    /// The files on the shelf, but for what is being written.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let directories = fs::read_dir(self.shelf.directory()).into_iter().flatten();
        let directories =
            directories.map(|it| it.unwrap().path()).filter(|it| !it.ends_with("new"));
        let files = directories.flat_map(|it| fs::read_dir(it).unwrap());
        files.map(|it| it.unwrap().path()).collect()
    }

    /// What the API shows of a run: the run, and each of its events.
    pub(super) async fn shown(&self, run: &str) -> (Value, Value) {
        let run_path = format!("/v1/runs/{run}");
        let events = format!("/v1/runs/{run}/events?limit=100");
        (self.app.client.data(&run_path).await, self.app.client.data(&events).await)
    }

    /// Walks over the whole ledger.
    pub(super) async fn walked(&self) -> Result<Walked, Error> {
        let walk = Walk {
            database: self.app.database.options(),
            log: self.log(),
            copy: self.copy.clone(),
            key: None,
            checkpoint: None,
            segments: Shelf::new(self.shelf.directory().to_owned()),
        };
        walk.run(|_| ()).await
    }

    /// Does something to the database that no role of the house may do.
    pub(super) async fn tamper(&self, statement: &str) {
        self.app.tamper(statement).await;
    }

    fn log(&self) -> Log {
        Log::new(self.app.database.pool.clone())
    }
}

fn hosted(lane: Lane) -> JoinHandle<()> {
    tokio::spawn(async move { lane.run().await })
}
