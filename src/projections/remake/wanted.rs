//! What operators want made anew, how far that is, and what came of it.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::compare::{Comparison, Reason};
use super::effort::Effort;
use super::rebuild::{Phase, Progress};
use crate::projections::Error;
use crate::projections::error::while_doing;

/// What a rebuild that is wanted led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What readers saw until then was as the ledger makes it.
    Same,
    /// It was not; what they see now is.
    Different,
    /// It was built anew, and could not be compared.
    NotCompared,
    /// It could not be built; readers see what they saw.
    Failed,
}

impl Outcome {
    /// The outcome as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::NotCompared => "notCompared",
            Self::Failed => "failed",
        }
    }

    /// How a rebuild's comparison is told: the outcome, and the words for it.
    pub fn of(comparison: &Comparison) -> (Self, String) {
        match comparison {
            Comparison::Same { rows, position } => (
                Self::Same,
                format!("{rows} rows at position {position}, each as the ledger makes it"),
            ),
            Comparison::Different(it) => (
                Self::Different,
                format!(
                    "what readers saw differed from the ledger, first in {} at {}",
                    it.table, it.key
                ),
            ),
            Comparison::NotComparable(Reason::OtherVersion) => {
                (Self::NotCompared, "the live build was of another version".to_owned())
            }
            Comparison::NotComparable(Reason::LiveIsBehind) => (
                Self::NotCompared,
                "the live build was behind (is a projector running?)".to_owned(),
            ),
        }
    }
}

impl Phase {
    /// The phase as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folding => "folding",
            Self::Indexing => "indexing",
            Self::Comparing => "comparing",
            Self::Flipping => "flipping",
        }
    }
}

/// A rebuild that was wanted: the last one of its view.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The view.
    pub projection: String,
    /// Since when.
    pub wanted_at: OffsetDateTime,
    /// By whom.
    pub wanted_by: String,
    /// How many events a second may be folded; as many as it can when absent.
    pub most: Option<i32>,
    /// `waiting`, or what it is doing, or was doing last.
    pub phase: String,
    /// Up to which position it has folded.
    pub position: i64,
    /// Up to which it will.
    pub target: i64,
    /// Events folded a second.
    pub per_second: f64,
    /// When it was over.
    pub finished_at: Option<OffsetDateTime>,
    /// What it led to: `same`, `different`, `notCompared` or `failed`.
    pub outcome: Option<String>,
    /// That in words.
    pub detail: Option<String>,
}

/// Wants a view made anew. One that is wanted already is not wanted twice.
///
/// # Errors
///
/// [`Error::Database`] where the database is out of reach.
pub async fn want(
    pool: &PgPool,
    projection: &str,
    (by, most): (&str, Option<i32>),
    at: OffsetDateTime,
) -> Result<Wanted, Error> {
    sqlx::query!(
        "insert into projection_rebuilds (projection, wanted_at, wanted_by, most) values ($1, $2, $3, $4)
         on conflict (projection) do update
            set wanted_at = excluded.wanted_at, wanted_by = excluded.wanted_by, most = excluded.most,
                phase = 'waiting', position = 0, target = 0, per_second = 0,
                finished_at = null, outcome = null, detail = null
          where projection_rebuilds.finished_at is not null",
        projection,
        at,
        by,
        most,
    )
    .execute(pool)
    .await
    .map_err(while_doing("ordering a rebuild"))?;
    let mut all = list(pool).await?;
    all.retain(|wanted| wanted.projection == projection);
    all.pop().ok_or_else(|| Error::Unknown(projection.to_owned()))
}

/// The last rebuild of each view of which one was wanted.
///
/// # Errors
///
/// [`Error::Database`] where the database is out of reach.
pub async fn list(pool: &PgPool) -> Result<Vec<Wanted>, Error> {
    sqlx::query_as!(
        Wanted,
        "select projection, wanted_at, wanted_by, most, phase, position, target, per_second, finished_at,
                outcome, detail
           from projection_rebuilds order by projection",
    )
    .fetch_all(pool)
    .await
    .map_err(while_doing("listing the rebuilds that were ordered"))
}

/// The views of which a rebuild is wanted and not over, those that waited longest first.
///
/// With each how hard it is to be built, where the order says so.
pub(super) async fn open(
    connection: &mut PgConnection,
) -> Result<Vec<(String, Option<Effort>)>, Error> {
    let rows = sqlx::query!(
        "select projection, most from projection_rebuilds where finished_at is null
          order by wanted_at, projection"
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("asking which rebuilds are wanted"))?;
    let effort = |most: Option<i32>| {
        let most = most.and_then(|most| u32::try_from(most).ok());
        most.map(|most| Effort::bounded(Some(most)))
    };
    Ok(rows.into_iter().map(|row| (row.projection, effort(row.most))).collect())
}

/// Notes how far a rebuild is.
pub(super) async fn note(
    connection: &mut PgConnection,
    projection: &str,
    progress: &Progress,
) -> Result<(), Error> {
    sqlx::query!(
        "update projection_rebuilds set phase = $2, position = $3, target = $4, per_second = $5
          where projection = $1 and finished_at is null",
        projection,
        progress.phase.as_str(),
        progress.position,
        progress.target,
        progress.per_second,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting how far a rebuild is"))
}

/// Notes that a rebuild is over.
pub(super) async fn finish(
    connection: &mut PgConnection,
    projection: &str,
    (outcome, detail): (Outcome, &str),
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update projection_rebuilds set finished_at = $2, outcome = $3, detail = $4
          where projection = $1 and finished_at is null",
        projection,
        at,
        outcome.as_str(),
        detail,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting what a rebuild led to"))
}
