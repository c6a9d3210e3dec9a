//! Making a projection again from the first event, beside the live one and while traffic goes on.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use super::candidate::Candidate;
use super::compare::{self, Comparison};
use super::effort::Effort;
use super::slices;
use super::turns::Turns;
use crate::projections::Error;
use crate::projections::builds::{self, Purpose};
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;
use crate::projections::session::{self, Office};

pub use super::candidate::Means;

/// How long a build that was replaced is kept: for whoever still reads it, and to look back at.
const RETIRED_KEPT: Duration = Duration::from_mins(10);
/// How long a renewal waits for who verifies or rebuilds a view.
const OTHERS: Duration = Duration::from_mins(1);
/// A build that is held back is brought so close to the ledger's end at its pace.
const REST: i64 = 512;
/// How often it looks whether that is over.
const LOOK: Duration = Duration::from_millis(200);

/// What a rebuild is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It folds the ledger up to where it was when the rebuild began.
    Folding,
    /// It makes the indexes.
    Indexing,
    /// It compares its rows with those of the live build.
    Comparing,
    /// It takes the live build's place.
    Flipping,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Up to which position it has folded.
    pub position: i64,
    /// Up to which it will before it flips, or a little further.
    pub target: i64,
    /// Events folded a second, since it began or went on.
    pub per_second: f64,
    /// How long folding will take yet, at that rate.
    pub remaining: Option<Duration>,
}

/// What a rebuild led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The build that readers see now.
    pub build_id: i64,
    /// The schema of its tables.
    pub schema_name: String,
    /// Everything up to here was in it when it went live.
    pub position: i64,
    /// Events folded by this call; what an interrupted one had folded before is not counted.
    pub events: i64,
    /// How long folding took.
    pub folding: Duration,
    /// How its rows compared with those that readers saw until then. The ledger is the truth: the
    /// new build went live whatever this says.
    pub comparison: Comparison,
}

/// Rebuilds a projection and makes the new build what readers see.
///
/// One that was interrupted is gone on with. Refused while the same projection is being rebuilt or
/// verified. A poison event ends it with [`Error::Poison`]; the live build stays.
pub async fn rebuild(
    means: &Means,
    projection: &'static dyn Projection,
    effort: Effort,
    mut report: impl FnMut(Progress),
) -> Result<Rebuilt, Error> {
    let mut office = enter(means, projection).await?;
    let mut candidate = Candidate::begin(means, projection, Purpose::Serve, &mut office).await?;
    builds::sweep(&mut office, projection.name(), Some(candidate.build.build_id), RETIRED_KEPT)
        .await?;

    let target = means.journal.head().await?;
    let mut meter = Meter::start(candidate.build.position, target);
    report(meter.at(Phase::Folding, candidate.build.position));
    let mut turns = Turns::of(effort, means)?;
    if effort.is_held() {
        candidate.hold_back().await?;
        // Of empty tables they are made at once, and grow with the rows.
        candidate.index().await?;
    }
    candidate.fold(target, effort, &mut turns, |at| report(meter.at(Phase::Folding, at))).await?;
    if effort.is_held() {
        // Traffic went on all the while: what it brought is folded at the same pace.
        while let Some(target) = further(means, &candidate).await? {
            meter.target = target;
            candidate
                .fold(target, effort, &mut turns, |at| report(meter.at(Phase::Folding, at)))
                .await?;
        }
    }
    meter.stop();
    report(meter.at(Phase::Indexing, candidate.build.position));
    candidate.index().await?;
    report(meter.at(Phase::Comparing, candidate.build.position));
    let comparison = if effort.is_held() {
        slices::with_live(projection, &mut candidate, &mut office, &mut turns).await?
    } else {
        compare::with_live(projection, &mut candidate, &mut office).await?
    };
    if let Comparison::Different(difference) = &comparison {
        let name = projection.name();
        let (table, key) = (&difference.table, &difference.key);
        tracing::warn!(
            projection = name,
            "the live build of {name} differed from the ledger, first in {table} at {key}: it is replaced"
        );
    }
    // The live build went on during the comparison: most of that is caught up before the flip.
    candidate.catch_up(means.journal.head().await?, effort.chunk()).await?;
    report(meter.at(Phase::Flipping, candidate.build.position));
    candidate.flip().await?;
    let build = candidate.build;
    office.close().await.map_err(while_doing("closing a connection"))?;
    Ok(Rebuilt {
        build_id: build.build_id,
        schema_name: build.schema_name,
        position: build.position,
        events: meter.folded,
        folding: meter.took,
        comparison,
    })
}

/// Up to where the ledger has grown meanwhile, if that is more than is written at the end in one go.
async fn further(means: &Means, candidate: &Candidate<'_>) -> Result<Option<i64>, Error> {
    let head = means.journal.head().await?;
    Ok((head - candidate.build.position > REST).then_some(head))
}

/// Makes every view anew beside the one that readers see, and drops that one as soon as it is replaced: for when the
/// ledger has lost what views show of it. Who verifies or rebuilds a view meanwhile is waited for.
///
/// # Errors
///
/// [`Error::Busy`] where that takes more than a minute; views before it are renewed.
pub async fn renew(means: &Means) -> Result<(), Error> {
    for projection in crate::projections::all() {
        let give_up = Instant::now() + OTHERS;
        loop {
            match renew_one(means, *projection).await {
                Err(Error::Busy(_)) if Instant::now() < give_up => sleep(LOOK).await,
                renewed => break renewed?,
            }
        }
    }
    Ok(())
}

async fn renew_one(means: &Means, projection: &'static dyn Projection) -> Result<(), Error> {
    // A build that somebody began before, and that would be gone on with, has folded what is gone.
    drop_spare(means, projection).await?;
    rebuild(means, projection, Effort::lanes(1), |_| {}).await?;
    drop_spare(means, projection).await
}

/// Drops every build of a projection but the one that readers see.
async fn drop_spare(means: &Means, projection: &'static dyn Projection) -> Result<(), Error> {
    let mut office = enter(means, projection).await?;
    builds::sweep(&mut office, projection.name(), None, Duration::ZERO).await?;
    office.close().await.map_err(while_doing("closing a connection"))
}

/// Drops the projection's builds that were replaced a while ago. For whoever tidies up regularly.
pub async fn drop_retired(means: &Means, projection: &'static dyn Projection) -> Result<(), Error> {
    let mut office = enter(means, projection).await?;
    drop_leftovers(&mut office, projection).await
}

/// Drops what nobody needs any more: not what a rebuild can go on with.
pub(super) async fn drop_leftovers(
    office: &mut PgConnection,
    projection: &dyn Projection,
) -> Result<(), Error> {
    let left = builds::left_behind(office, projection).await?;
    let keep = left.map(|build| build.build_id);
    builds::sweep(office, projection.name(), keep, RETIRED_KEPT).await
}

/// Takes the office that only one session has.
pub(super) async fn enter(
    means: &Means,
    projection: &dyn Projection,
) -> Result<PgConnection, Error> {
    let mut office = session::open(&means.database, "public").await?;
    if Office::Remake.take(&mut office, projection.name()).await? {
        Ok(office)
    } else {
        Err(Error::Busy(projection.name().to_owned()))
    }
}

/// Measures the rate of folding.
struct Meter {
    began: Instant,
    from: i64,
    target: i64,
    folded: i64,
    took: Duration,
}

impl Meter {
    fn start(from: i64, target: i64) -> Self {
        Self { began: Instant::now(), from, target, folded: 0, took: Duration::ZERO }
    }

    fn stop(&mut self) {
        self.took = self.began.elapsed();
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn at(&mut self, phase: Phase, position: i64) -> Progress {
        let folding = phase == Phase::Folding;
        if folding {
            self.folded = position - self.from;
            self.took = self.began.elapsed();
        }
        let seconds = self.took.as_secs_f64();
        let per_second = if seconds > 0.0 { self.folded as f64 / seconds } else { 0.0 };
        let left = (self.target - position).max(0) as f64;
        let remaining = (folding && per_second > 0.0)
            .then(|| Duration::try_from_secs_f64(left / per_second).ok())
            .flatten();
        Progress { phase, position, target: self.target.max(position), per_second, remaining }
    }
}
