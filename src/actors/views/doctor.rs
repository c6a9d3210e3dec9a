//! The doctor of the views: builds anew what is of an older version, and now and then holds a sample
//! of the ledger against what readers see. What differs is told, noted, and projected again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::actors::rhythm::Rhythm;
use crate::journal::{StreamId, pool};
use crate::primitives::Clock;
use crate::projections::builds::{self, State};
use crate::projections::examine::{self, Examined};
use crate::projections::rebuild::{self, Means};
use crate::projections::{self, Course, Effort, Error, Projection, findings};

/// Positions that are drawn for a sample.
const DRAWN: usize = 256;
/// How many of the latest positions half of them are drawn among: what is wrong is wrong since
/// lately, most of the time.
const LATELY: i64 = 10_000;
/// Streams of one type that a sample has at most: runs are not to crowd out all others.
const OF_A_TYPE: usize = 8;
/// A view that differed is built anew as a whole this often at most.
const REBUILT_EVERY: time::Duration = time::Duration::hours(6);
/// How often it looks for views of an older version, where it examines none.
const LOOK: Duration = Duration::from_secs(10);

/// What the doctor's loop needs.
#[derive(Clone)]
pub struct ViewDoctor {
    /// How views are made.
    pub means: Means,
    /// How often a view is examined, each in its turn; `None`: never.
    pub every: Option<Duration>,
    /// What becomes of rows that differ.
    pub mend: Course,
    /// What becomes of a view of an older version.
    pub rebuild: Course,
    /// How hard views are built anew.
    pub effort: Effort,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ViewDoctor {
    /// Looks after the views until it is told to stop, one at each beat.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let projector = pool::projecting(&self.means.database, 1, "public");
        let mut rhythm = Rhythm::new(self.every.unwrap_or(LOOK), stop);
        let mut turn = projections::all().iter().cycle();
        let mut rebuilt = HashMap::new();
        // At the first beat the runners begin as well, and none has events to be behind with.
        let mut is_first = true;
        while rhythm.beat().await {
            if self.rebuild.is_automatic() {
                self.bring_up(&projector).await?;
            }
            if std::mem::take(&mut is_first) || self.every.is_none() {
                continue;
            }
            let Some(&projection) = turn.next() else { return Ok(()) };
            self.examine(projection, &projector, &mut rebuilt).await?;
        }
        Ok(())
    }

    /// Builds anew what another version of this program made.
    async fn bring_up(&self, projector: &PgPool) -> Result<(), Error> {
        for build in builds::list(projector).await? {
            let is_read = matches!(build.state, State::Live | State::Parked);
            let Ok(projection) = projections::by_name(&build.projection) else { continue };
            if is_read && build.version < projection.version() {
                let (name, from, to) = (projection.name(), build.version, projection.version());
                tracing::info!(
                    projection = name,
                    "{name} is of version {from}: version {to} is built beside it"
                );
                self.rebuild(projection).await?;
            }
        }
        Ok(())
    }

    /// Builds a view anew, unless somebody else is at it.
    async fn rebuild(&self, projection: &'static dyn Projection) -> Result<bool, Error> {
        let name = projection.name();
        match rebuild::rebuild(&self.means, projection, self.effort, |_| {}).await {
            Ok(rebuilt) => {
                let (build, position, events) =
                    (rebuilt.build_id, rebuilt.position, rebuilt.events);
                tracing::info!(
                    projection = name,
                    build,
                    position,
                    events,
                    "{name}: build {build} is live at position {position}, made of {events} events"
                );
                Ok(true)
            }
            Err(Error::Busy(_)) => Ok(false),
            // The live build stays; an operator is told, and the others have their turn.
            Err(error @ (Error::Poison { .. } | Error::Damaged(_) | Error::NotFlipped(_))) => {
                tracing::error!(
                    projection = name,
                    error = &error as &dyn std::error::Error,
                    "{name} could not be built anew: {error}"
                );
                Ok(false)
            }
            Err(
                error @ (Error::Superseded(_)
                | Error::Unknown(_)
                | Error::Cursor
                | Error::Journal(_)
                | Error::Database { .. }),
            ) => Err(error),
        }
    }

    async fn examine(
        &self,
        projection: &'static dyn Projection,
        projector: &PgPool,
        rebuilt: &mut HashMap<&'static str, OffsetDateTime>,
    ) -> Result<(), Error> {
        let name = projection.name();
        let streams = self.drawn().await?;
        let found = match examine::examine(&self.means, projection, &streams).await {
            Ok(Some(found)) => found,
            // Of a poisoned event its runner says so, and parks before it.
            Ok(None) | Err(Error::Poison { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        metrics::counter!("chainkeel_projection_examined_streams_total", "projection" => name)
            .increment(u64::try_from(streams.len()).unwrap_or_default());
        if found.differences.is_empty() {
            return Ok(());
        }
        metrics::counter!("chainkeel_projection_differences_total", "projection" => name)
            .increment(u64::try_from(found.differences.len()).unwrap_or_default());
        tell(name, &found);
        let now = self.clock.now();
        let Examined { position, differences, .. } = &found;
        let is_mended = self.mend.is_automatic();
        if is_mended {
            examine::mend(&self.means, projection, &streams).await?;
        }
        findings::note(projector, (name, *position), differences, is_mended, now).await?;
        // What spoiled these rows may have spoiled others.
        let lately = rebuilt.get(name).is_some_and(|at| now - *at < REBUILT_EVERY);
        if is_mended && !lately && self.rebuild(projection).await? {
            rebuilt.insert(name, now);
        }
        Ok(())
    }

    /// Streams by chance: those of positions all over the ledger and of late ones, some of each type.
    async fn drawn(&self) -> Result<Vec<StreamId>, Error> {
        let head = self.means.journal.head().await?;
        if head == 0 {
            return Ok(Vec::new());
        }
        let positions: Vec<i64> = {
            let mut chance = rand::rng();
            (0..DRAWN)
                .map(|number| {
                    let first = if number % 2 == 0 { 1 } else { (head - LATELY).max(1) };
                    chance.random_range(first..=head)
                })
                .collect()
        };
        let mut kinds: BTreeMap<&'static str, Vec<StreamId>> = BTreeMap::new();
        for stream in self.means.journal.streams_at(&positions).await? {
            let kind = kinds.entry(stream.aggregate_type).or_default();
            if kind.len() < OF_A_TYPE {
                kind.push(stream);
            }
        }
        Ok(kinds.into_values().flatten().collect())
    }
}

/// Says what differs: the first row, and how many more.
fn tell(name: &'static str, found: &Examined) {
    let Examined { position, differences, .. } = found;
    let Some(first) = differences.first() else { return };
    let (table, key, rows) = (&first.table, &first.key, differences.len());
    tracing::error!(
        projection = name,
        position,
        table,
        key,
        rows,
        "{name} differs from the ledger in {rows} rows of a sample, first in {table} at {key}"
    );
}
