//! A build that is made beside the live one, from the first event on.

use std::time::Duration;

use futures::future::{join, try_join_all};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use super::effort::Effort;
use super::growth::Growth;
use super::turns::Turns;
use crate::journal::{Journal, Recorded};
use crate::projections::Error;
use crate::projections::builds::{self, Purpose, Unfinished};
use crate::projections::concern;
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;
use crate::projections::session;

/// So close to the live build the rest is written within the transaction of the flip, while the
/// live build's projector is held off: some tens of milliseconds.
const CLOSE: i64 = 2048;
/// A build is folded so many times as fast as the ledger grows, whatever others feel of it: else it never ends.
const FASTER: f64 = 1.5;
/// How long the flip waits for readers to end. Those that come after it queue for as long.
const LOCK_TIMEOUT: &str = "100ms";
/// How often the flip is tried.
const FLIPS: u32 = 50;
/// The pause between two tries, in which readers get their turn.
const FLIP_PAUSE: Duration = Duration::from_millis(100);

/// What making a build needs.
#[derive(Debug, Clone)]
pub struct Means {
    /// Where projectors connect.
    pub database: PgConnectOptions,
    /// The ledger.
    pub journal: Journal,
}

/// A build in the making, with the connections that write it.
#[derive(Debug)]
pub(super) struct Candidate<'m> {
    means: &'m Means,
    projection: &'static dyn Projection,
    pub(super) build: Unfinished,
    pub(super) connection: PgConnection,
}

/// One of several that fold side by side, each with the streams of its share.
struct Lane {
    number: i32,
    connection: PgConnection,
    position: i64,
}

impl<'m> Candidate<'m> {
    /// Begins a build, or goes on with one that a crash left half made.
    pub(super) async fn begin(
        means: &'m Means,
        projection: &'static dyn Projection,
        purpose: Purpose,
        office: &mut PgConnection,
    ) -> Result<Self, Error> {
        let left = match purpose {
            Purpose::Serve => builds::left_behind(office, projection).await?,
            Purpose::Verify => None,
        };
        let build = match left {
            Some(build) => build,
            None => builds::begin(office, projection, purpose).await?,
        };
        let connection = session::open(&means.database, &build.schema_name).await?;
        Ok(Self { means, projection, build, connection })
    }

    /// Folds everything up to `target` in lanes side by side, the next chunk being read while one
    /// is written. Told after each chunk how far it is.
    pub(super) async fn fold(
        &mut self,
        target: i64,
        effort: Effort,
        turns: &mut Turns,
        mut told: impl FnMut(i64),
    ) -> Result<(), Error> {
        let mut lanes = self.open_lanes(effort.lanes).await?;
        let journal = &self.means.journal;
        let mut growth = Growth::default();
        let mut chunk = journal.read_after(self.build.position, effort.chunk()).await?;
        while self.build.position < target {
            chunk.retain(|event| event.position <= target);
            let Some(to) = chunk.last().map(|event| event.position) else {
                return Err(Error::Damaged(format!("the ledger ends before position {target}")));
            };
            let (build_id, from) = (self.build.build_id, self.build.position);
            let turn = async {
                let written = self.write_side_by_side(&mut lanes, &chunk, to);
                let next = journal.read_after(to, effort.chunk());
                let (written, next) = if effort.is_held() {
                    // One after the other: two cores that are busy at once are felt more than one that is for longer.
                    (written.await, next.await)
                } else {
                    join(written, next).await
                };
                if let Err(error) = written {
                    return Ok::<_, Error>(Err(error));
                }
                builds::advance(&mut self.connection, build_id, from, to).await?;
                Ok(Ok(next?))
            };
            let next = match turns.take(chunk.len(), turn).await? {
                Ok(next) => next,
                Err(error) => return Err(self.give_up(error).await),
            };
            self.build.position = to;
            told(to);
            if let Some(per_second) = growth.look(journal).await? {
                turns.at_least(per_second * FASTER);
            }
            chunk = next;
        }
        for lane in lanes {
            lane.connection.close().await.map_err(while_doing("closing a connection"))?;
        }
        Ok(())
    }

    /// Writes what follows up to `target`, in one lane, so many events at a time.
    pub(super) async fn catch_up(&mut self, target: i64, chunk: i64) -> Result<(), Error> {
        while self.build.position < target {
            let doing = "committing what was projected";
            let mut transaction = self.connection.begin().await.map_err(while_doing(doing))?;
            let step = Step { projection: self.projection, journal: &self.means.journal };
            let to = step.write(&mut transaction, &self.build, (target, chunk)).await?;
            transaction.commit().await.map_err(while_doing(doing))?;
            self.build.position = to;
        }
        Ok(())
    }

    /// From here on, what the connection does by itself takes little at a time, too.
    pub(super) async fn hold_back(&mut self) -> Result<(), Error> {
        session::hold_back(&mut self.connection).await
    }

    /// Gives the build the indexes that only readers need.
    pub(super) async fn index(&mut self) -> Result<(), Error> {
        sqlx::query!("select projection_index_build($1)", self.build.build_id)
            .execute(&mut self.connection)
            .await
            .map(drop)
            .map_err(while_doing("indexing a build"))
    }

    /// Makes it what readers see, in one transaction: they see the old or the new, never nothing
    /// and never less.
    pub(super) async fn flip(&mut self) -> Result<(), Error> {
        for _ in 0..FLIPS {
            match self.try_flip().await {
                Ok(Flip::Done) => return Ok(()),
                Ok(Flip::Behind(target)) => self.catch_up(target, CLOSE).await?,
                Err(error) if is_lock_timeout(&error) => sleep(FLIP_PAUSE).await,
                Err(error) => return Err(error),
            }
        }
        Err(Error::NotFlipped(self.projection.name().to_owned()))
    }

    async fn try_flip(&mut self) -> Result<Flip, Error> {
        let failed = while_doing("flipping to a new build");
        let mut transaction = self.connection.begin().await.map_err(&failed)?;
        // This commit is awaited to be on disk, and with it all that the build holds.
        sqlx::query!(
            "select set_config('lock_timeout', $1, true) as patience,
                    set_config('synchronous_commit', 'on', true) as durable",
            LOCK_TIMEOUT,
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
        let live =
            builds::hold_live(&mut transaction, self.projection.name()).await.map_err(&failed)?;
        if live - self.build.position > CLOSE {
            return Ok(Flip::Behind(live));
        }
        let mut build = self.build.clone();
        while build.position < live {
            let step = Step { projection: self.projection, journal: &self.means.journal };
            build.position = step.write(&mut transaction, &build, (live, CLOSE)).await?;
        }
        let flipped = sqlx::query_scalar!("select projection_flip($1)", build.build_id)
            .fetch_one(&mut *transaction)
            .await
            .map_err(&failed)?;
        if flipped.as_deref() != Some("flipped") {
            return Ok(Flip::Behind(live));
        }
        transaction.commit().await.map_err(&failed)?;
        self.build = build;
        Ok(Flip::Done)
    }

    /// The lanes of this build: as many as it was begun with, each where it stopped.
    async fn open_lanes(&mut self, wanted: usize) -> Result<Vec<Lane>, Error> {
        let rows = sqlx::query!(
            r#"with begun as (
                 insert into projection_lanes (build_id, lane, position)
                 select $1, lane, $3 from generate_series(0, $2 - 1) lane
                  where not exists (select from projection_lanes where build_id = $1)
                 returning lane, position)
               select lane as "lane!", position as "position!" from begun
               union all
               select lane, greatest(position, $3) from projection_lanes where build_id = $1
               order by 1"#,
            self.build.build_id,
            i32::try_from(wanted.max(1)).unwrap_or(1),
            self.build.position,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(while_doing("opening the lanes of a build"))?;
        let (database, schema) = (&self.means.database, &self.build.schema_name);
        try_join_all(rows.into_iter().map(|row| async move {
            let mut connection = session::open(database, schema).await?;
            session::find_by_keys(&mut connection).await?;
            Ok(Lane { number: row.lane, connection, position: row.position })
        }))
        .await
    }

    async fn write_side_by_side(
        &self,
        lanes: &mut [Lane],
        chunk: &[Recorded],
        to: i64,
    ) -> Result<(), Error> {
        let count = lanes.len();
        try_join_all(lanes.iter_mut().enumerate().map(|(number, lane)| {
            let share: Vec<&Recorded> = chunk
                .iter()
                .filter(|event| event.position > lane.position && share_of(event, count) == number)
                .collect();
            lane.write(self.projection, self.build.build_id, share, to)
        }))
        .await
        .map(drop)
    }

    /// Notes an event that cannot be taken; such a build is not gone on with.
    async fn give_up(&mut self, error: Error) -> Error {
        let Some(reason) = error.blames_the_data() else { return error };
        let position = error.poison_position().unwrap_or(self.build.position);
        let parked = builds::park(&mut self.connection, self.build.build_id, position, &reason);
        if let Err(second) = parked.await {
            tracing::warn!(
                error = &second as &dyn std::error::Error,
                "could not note why a build failed"
            );
        }
        error
    }
}

enum Flip {
    Done,
    Behind(i64),
}

/// Reads and writes some events in a transaction of the caller's.
struct Step<'s> {
    projection: &'s dyn Projection,
    journal: &'s Journal,
}

impl Step<'_> {
    /// Writes events that follow the build's checkpoint, up to `target`, and says how far it came.
    async fn write(
        &self,
        transaction: &mut PgConnection,
        build: &Unfinished,
        (target, chunk): (i64, i64),
    ) -> Result<i64, Error> {
        let events = self.journal.read_after(build.position, chunk).await?;
        let events: Vec<_> = events.iter().filter(|event| event.position <= target).collect();
        let Some(to) = events.last().map(|event| event.position) else {
            return Err(Error::Damaged(format!("the ledger ends before position {target}")));
        };
        concern::write(self.projection, transaction, events).await?;
        builds::advance(transaction, build.build_id, build.position, to).await?;
        Ok(to)
    }
}

impl Lane {
    async fn write(
        &mut self,
        projection: &dyn Projection,
        build_id: i64,
        share: Vec<&Recorded>,
        to: i64,
    ) -> Result<(), Error> {
        if self.position >= to {
            return Ok(());
        }
        let failed = while_doing("committing the share of a lane");
        let mut transaction = self.connection.begin().await.map_err(&failed)?;
        concern::write(projection, &mut transaction, share).await?;
        let moved = sqlx::query!(
            "update projection_lanes set position = $4
              where build_id = $1 and lane = $2 and position <= $3",
            build_id,
            self.number,
            self.position,
            to,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?
        .rows_affected();
        if moved != 1 {
            return Err(Error::Superseded(format!("lane {} of build {build_id}", self.number)));
        }
        transaction.commit().await.map_err(&failed)?;
        self.position = to;
        Ok(())
    }
}

/// Whose share an event is: always the same lane for a stream.
fn share_of(event: &Recorded, lanes: usize) -> usize {
    crc32fast::hash(event.aggregate_id.as_bytes()) as usize % lanes
}

fn is_lock_timeout(error: &Error) -> bool {
    /// SQLSTATE `lock_not_available`.
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    matches!(error, Error::Database { source: sqlx::Error::Database(refusal), .. }
        if refusal.code().as_deref() == Some(LOCK_NOT_AVAILABLE))
}
