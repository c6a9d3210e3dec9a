//! A ledger that runs, projectors on demand, and short ways to look at what they made.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use chainkeel::journal::{
    Append, Bells, Config, Journal, Leases, Metadata, NewEvent, Outcome, Pace, Runs, Sequencer,
    StreamId, Tail, pool,
};
use chainkeel::primitives::{CommandId, OrganizationId, WorkerId};
use chainkeel::projections::rebuild::Means;
use chainkeel::projections::{
    self, Effort, Error, HouseViews, Lookout, Positions, Projection, Runner, Views,
};
use sqlx::{PgPool, Row};
use tokio::task::JoinHandle;

use crate::support::{TestDatabase, database};

/// Nothing on these machines takes this long; what does has failed.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Stage {
    /// Connections as the role that serves.
    pub(super) app: PgPool,
    pub(super) journal: Journal,
    pub(super) tail: Tail,
    pub(super) positions: Positions,
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
        let app = pool::serving(&database.login(pool::Role::App), 16);
        let bells = Bells::default();
        let (journal, lanes) = Journal::open(app.clone(), &bells, Config::default());
        let mut tasks: Vec<_> =
            lanes.into_iter().map(|lane| tokio::spawn(async move { lane.run().await })).collect();

        let worker = WorkerId::generate();
        let lease = Duration::from_mins(10);
        let leases = Leases::join(app.clone(), worker, "test", Runs::Wanted, lease).await.unwrap();
        let mut sequencer =
            Sequencer::new(app.clone(), leases.worker(), bells.clone(), Pace::default());
        assert!(sequencer.lead().await.unwrap());
        tasks.push(tokio::spawn(async move {
            let _leases = leases;
            sequencer.run().await;
        }));
        let poll = Duration::from_millis(100);
        let (tail, reader) = Tail::open(journal.clone(), bells, poll).await.unwrap();
        tasks.push(tokio::spawn(async move {
            reader.run().await;
        }));
        let positions = Positions::new(app.clone());
        Self { app, journal, tail, positions, database, tasks }
    }

    pub(super) fn host(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }

    pub(super) fn means(&self) -> Means {
        Means {
            database: self.database.login(pool::Role::Projector),
            journal: self.journal.clone(),
        }
    }

    pub(super) fn runner(&self, projection: &'static dyn Projection) -> Runner {
        let lookout = Lookout::new(self.database.login(pool::Role::Projector));
        Runner::new(projection, lookout, self.tail.clone(), self.positions.clone())
    }

    /// The views, for asking them in the name of an organization.
    pub(super) fn views(&self) -> Views {
        Views::new(self.app.clone())
    }

    /// What the house reads across organizations.
    pub(super) fn house(&self) -> HouseViews {
        HouseViews::new(pool::house(&self.database.login(pool::Role::House), 2))
    }

    /// Keeps a projection up until the test ends, and builds its runner anew when it fails.
    pub(super) fn follow(&mut self, projection: &'static dyn Projection) {
        let mut runner = self.runner(projection);
        self.host(async move {
            loop {
                if runner.step().await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
    }

    pub(super) fn follow_all(&mut self) {
        for projection in projections::all() {
            self.follow(*projection);
        }
    }

    /// Records events of a stream, after `expected` that are there.
    pub(super) async fn record(
        &self,
        stream: &StreamId,
        expected: i64,
        events: Vec<NewEvent>,
    ) -> i64 {
        record(&self.journal, stream, expected, events).await
    }

    /// Waits until everything that was recorded so far has a position, and says the last.
    pub(super) async fn sequenced(&self) -> i64 {
        let waiting = async {
            loop {
                let all: i64 = self.number("select count(*) from events").await;
                if self.journal.head().await.unwrap() == all {
                    return all;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the sequencer runs")
    }

    /// Waits until the views of all projections have everything that was recorded so far.
    pub(super) async fn settled(&self) -> i64 {
        let head = self.sequenced().await;
        for projection in projections::all() {
            self.reached(projection.name(), head).await;
        }
        head
    }

    pub(super) async fn reached(&self, projection: &str, position: i64) {
        let waited = self.positions.wait_for(projection, position, PATIENCE).await.unwrap();
        assert!(waited.is_some_and(|at| at >= position), "{projection} does not reach {position}");
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.database.pool).await.unwrap()
    }

    pub(super) async fn execute(&self, sql: &str) {
        sqlx::query(sql).execute(&self.database.pool).await.unwrap();
    }

    pub(super) async fn text(&self, sql: &str) -> String {
        sqlx::query_scalar(sql).fetch_one(&self.database.pool).await.unwrap()
    }

    /// The schema of the build that readers see.
    pub(super) async fn live_schema(&self, projection: &str) -> String {
        self.text(&format!(
            "select schema_name from projection_builds
              where projection = '{projection}' and state in ('live', 'parked')"
        ))
        .await
    }

    /// Every row of every table of a build, as text.
    pub(super) async fn rows(&self, schema: &str) -> Vec<String> {
        let tables = sqlx::query_scalar::<_, String>(
            "select tablename::text from pg_tables where schemaname = $1 order by 1",
        )
        .bind(schema)
        .fetch_all(&self.database.pool)
        .await
        .unwrap();
        let mut rows = Vec::new();
        for table in tables {
            let sql = format!("select row_to_json(t)::text from {schema}.{table} t order by 1");
            for row in sqlx::query(&sql).fetch_all(&self.database.pool).await.unwrap() {
                rows.push(format!("{table} {}", row.get::<String, _>(0)));
            }
        }
        rows
    }

    /// The views of all projections are what the ledger makes of it.
    pub(super) async fn verify_all(&self) {
        for projection in projections::all() {
            let compared = when_free(|| {
                let (means, projection) = (self.means(), *projection);
                async move {
                    projections::verify::verify(&means, projection, Effort::lanes(1), |_, _| {})
                        .await
                }
            })
            .await;
            assert!(
                matches!(compared.unwrap(), projections::Comparison::Same { .. }),
                "{} is not what the ledger makes of it",
                projection.name()
            );
        }
    }
}

pub(super) async fn record(
    journal: &Journal,
    stream: &StreamId,
    expected: i64,
    events: Vec<NewEvent>,
) -> i64 {
    let append = Append {
        stream: stream.clone(),
        expected,
        events,
        metadata: Metadata::new(OrganizationId::DEFAULT, "tester", CommandId::generate()),
        fence: None,
        subject: None,
        side: Vec::new(),
    };
    match journal.append(append).await.unwrap() {
        Outcome::Appended { last } => last,
        other => panic!("{other:?}"),
    }
}

/// Tries again while the server has not noticed yet that a dropped session is gone.
pub(super) async fn when_free<F, T>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 0..200 {
        match attempt().await {
            Err(Error::Busy(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            outcome => return outcome,
        }
    }
    attempt().await
}

/// A future that is dropped at its n-th await: what a crash leaves of it.
pub(super) struct Fused<F> {
    future: Pin<Box<F>>,
    polls: u32,
}

impl<F: Future> Fused<F> {
    pub(super) fn after(polls: u32, future: F) -> Self {
        Self { future: Box::pin(future), polls }
    }
}

impl<F: Future> Future for Fused<F> {
    /// `None`: it was cut off.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match self.future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Whether something goes on, for tasks of a test.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(super) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
