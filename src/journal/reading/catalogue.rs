//! Which segments there are, and how far each has come. Each step is one that can be done again.

use std::fmt;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::journal::partitions::{self, Span};
use crate::primitives::OrganizationId;
use crate::segments::{Digest, Row, Written};

/// Runs of one statement.
const RUNS: usize = 10_000;

/// How far a segment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The file is there.
    Written,
    /// The ledger says so.
    Sealed,
    /// Its events are read from it.
    Detached,
    /// And are nowhere else.
    Moved,
    /// It was deleted by order.
    Deleted,
}

impl State {
    /// As the database has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Sealed => "sealed",
            Self::Detached => "detached",
            Self::Moved => "moved",
            Self::Deleted => "deleted",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Written, Self::Sealed, Self::Detached, Self::Moved, Self::Deleted]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A segment in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The stream that tells of it.
    pub segment_id: String,
    /// The month in which its runs began, as `2026_01`.
    pub month: String,
    /// Whose it is.
    pub organization: String,
    /// Which of the organization's segments of the month, from 1.
    pub part: i32,
    /// The file's name.
    pub digest: Digest,
    /// The file's size.
    pub bytes: i64,
    /// How many events it has.
    pub events: i64,
    /// How many runs.
    pub runs: i64,
    /// The position of its first event.
    pub first_position: i64,
    /// That of its last.
    pub last_position: i64,
    /// The size of the checkpoint that each of its events was proved against.
    pub proved_size: i64,
    /// The root of that checkpoint.
    pub proved_root: Digest,
    /// How far it has come.
    pub state: State,
    /// Since when.
    pub changed_at: OffsetDateTime,
}

/// What is in the way of a month that is to leave. All of it is 0 where nothing is, but for the first two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthStanding {
    /// How many runs began in it.
    pub runs: i64,
    /// How many events they have.
    pub events: i64,
    /// Runs that are not over.
    pub open_runs: i64,
    /// Runs in which something happened lately.
    pub restless: i64,
    /// Runs that are not signed to their end.
    pub unsigned: i64,
    /// Runs of whose end other runs were not told yet.
    pub untold: i64,
    /// Events that a reaction has set aside.
    pub parked: i64,
}

impl MonthStanding {
    /// Whether it may leave.
    pub const fn may_leave(&self) -> bool {
        self.runs > 0
            && self.open_runs == 0
            && self.restless == 0
            && self.unsigned == 0
            && self.untold == 0
            && self.parked == 0
    }
}

impl fmt::Display for MonthStanding {
    /// What is in the way, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = [
            (self.open_runs, "runs are not over"),
            (self.restless, "runs did something in the last 31 days"),
            (self.unsigned, "runs are not signed to their end"),
            (self.untold, "runs have ended, and other runs were not told yet"),
            (self.parked, "events wait among the dead letters"),
        ];
        let told = reasons.iter().filter(|(count, _)| *count > 0);
        let told: Vec<_> = told.map(|(count, what)| format!("{count} {what}")).collect();
        f.write_str(if told.is_empty() { "nothing is in the way" } else { "" })?;
        f.write_str(&told.join(", "))
    }
}

/// A run of a month, and how large it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSize {
    /// Whose it is.
    pub organization: String,
    /// The run.
    pub run: String,
    /// How many events it has.
    pub events: i64,
    /// The bytes of their texts.
    pub bytes: i64,
}

/// The catalogue of segments. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pool: PgPool,
}

impl Catalogue {
    /// That of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Every segment, by month, organization and part.
    pub async fn list(&self) -> Result<Vec<Kept>, Error> {
        self.listed(None).await
    }

    /// The segments of an organization, by month and part.
    pub async fn list_of(&self, organization: OrganizationId) -> Result<Vec<Kept>, Error> {
        self.listed(Some(organization.to_string())).await
    }

    async fn listed(&self, organization: Option<String>) -> Result<Vec<Kept>, Error> {
        let rows = sqlx::query!(
            "select segment_id, month, organization_id, part, digest, bytes, events, runs, first_position,
                    last_position, proved_size, proved_root, state, changed_at
               from ledger_segments where $1::text is null or organization_id = $1
              order by month, organization_id, part",
            organization,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("listing segments"))?;
        rows.into_iter()
            .map(|row| {
                let unread =
                    || Error::Damaged("the catalogue of segments cannot be read".to_owned());
                Ok(Kept {
                    digest: row.digest.try_into().map_err(|_| unread())?,
                    proved_root: row.proved_root.try_into().map_err(|_| unread())?,
                    state: State::named(&row.state).ok_or_else(unread)?,
                    segment_id: row.segment_id,
                    month: row.month,
                    organization: row.organization_id,
                    part: row.part,
                    bytes: row.bytes,
                    events: row.events,
                    runs: row.runs,
                    first_position: row.first_position,
                    last_position: row.last_position,
                    proved_size: row.proved_size,
                    changed_at: row.changed_at,
                })
            })
            .collect()
    }

    /// The months that are in the ledger's table and ended before an instant, the oldest first.
    pub async fn ended_before(&self, instant: OffsetDateTime) -> Result<Vec<Span>, Error> {
        partitions::ended_before(&self.pool, instant).await
    }

    /// What is in the way of a month; `signed` is how many events are signed, `quiet_since` when the last thing may
    /// have happened in it.
    pub async fn standing(
        &self,
        span: &Span,
        signed: i64,
        quiet_since: OffsetDateTime,
    ) -> Result<MonthStanding, Error> {
        sqlx::query_as!(
            MonthStanding,
            r#"select runs as "runs!", events as "events!", open_runs as "open_runs!",
                      restless as "restless!", unsigned as "unsigned!", untold as "untold!",
                      parked as "parked!"
                 from journal_month_standing($1, $2, $3, $4)"#,
            span.from,
            span.to,
            signed,
            quiet_since,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("asking whether a month may leave"))
    }

    /// The runs of a month that is still attached, by organization and id.
    pub async fn runs(&self, span: &Span) -> Result<Vec<RunSize>, Error> {
        sqlx::query_as!(
            RunSize,
            r#"select organization_id as "organization!", aggregate_id as "run!", count(*) as "events!",
                      sum(octet_length(payload::text) + octet_length(metadata::text))::bigint as "bytes!"
                 from events
                where aggregate_type = 'run' and aggregate_id >= $1 and aggregate_id < $2
                group by organization_id, aggregate_id
                order by organization_id, aggregate_id"#,
            span.from,
            span.to,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("listing the runs of a month"))
    }

    /// The events of these runs, in the order of positions.
    pub fn rows<'a>(&'a self, runs: &'a [String]) -> BoxStream<'a, Result<Row, Error>> {
        sqlx::query!(
            r#"select l.position, e.aggregate_id, e.sequence, e.event_type, e.event_version,
                      e.payload::text as "payload!", e.metadata::text as "metadata!", e.recorded_at
                 from events e join event_log l using (aggregate_type, aggregate_id, sequence)
                where e.aggregate_type = 'run' and e.aggregate_id = any($1)
                order by l.position"#,
            runs,
        )
        .fetch(&self.pool)
        .map_err(while_doing("reading a month that is to leave"))
        .map_ok(|row| Row {
            position: row.position,
            sequence: row.sequence,
            recorded_at: i64::try_from(row.recorded_at.unix_timestamp_nanos() / 1_000)
                .unwrap_or(i64::MAX),
            aggregate_id: row.aggregate_id,
            event_type: row.event_type,
            event_version: row.event_version,
            payload: row.payload,
            metadata: row.metadata,
        })
        .boxed()
    }

    /// Enters a segment whose file is there, with its runs; one that was entered before stays as it is.
    pub async fn enter(
        &self,
        segment_id: &str,
        (month, organization, part): (&str, &str, i32),
        written: &Written,
        (proved_size, proved_root): (u64, &Digest),
    ) -> Result<(), Error> {
        let doing = while_doing("entering a segment");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let no = sqlx::query_scalar!(
            "insert into ledger_segments (segment_id, month, organization_id, part, digest, bytes, events, runs,
                                          first_position, last_position, proved_size, proved_root)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             on conflict do nothing returning no",
            segment_id,
            month,
            organization,
            part,
            written.digest.as_slice(),
            count(written.bytes),
            count(written.events),
            count(written.runs.len() as u64),
            written.first_position,
            written.last_position,
            count(proved_size),
            proved_root.as_slice(),
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        let Some(no) = no else { return Ok(()) };
        for runs in written.runs.chunks(RUNS) {
            let ids: Vec<String> = runs.iter().map(|(run, _)| run.clone()).collect();
            let ends: Vec<i64> = runs.iter().map(|(_, last)| *last).collect();
            sqlx::query!(
                "insert into sealed_runs (run_id, segment, last_sequence)
                 select run, $1::integer, last from unnest($2::text[], $3::bigint[]) u (run, last)",
                no,
                &ids,
                &ends,
            )
            .execute(&mut *transaction)
            .await
            .map_err(&doing)?;
        }
        transaction.commit().await.map_err(&doing)
    }

    /// Notes that the ledger tells of a segment, or that it was deleted. Nothing where it is noted already.
    pub async fn note(&self, segment_id: &str, from: &[State], to: State) -> Result<(), Error> {
        let from: Vec<String> = from.iter().map(|state| state.name().to_owned()).collect();
        sqlx::query!(
            "update ledger_segments set state = $3, changed_at = clock_timestamp()
              where segment_id = $1 and state = any($2)",
            segment_id,
            &from,
            to.name(),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("noting how far a segment is"))
    }

    /// Takes a month out of the ledger's table: from here on it is read from its segments. False where it was taken
    /// out before. [`Error::Damaged`] where the segments have not all of it.
    pub async fn detach(&self, month: &str) -> Result<bool, Error> {
        sqlx::query_scalar!(r#"select journal_detach_month($1) as "done!""#, month)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| understood(error, "taking a month out of the ledger's table"))
    }

    /// Drops the rows of a month that is read from its segments. False where that was done before.
    pub async fn drop_month(&self, month: &str) -> Result<bool, Error> {
        sqlx::query_scalar!(r#"select journal_drop_month($1) as "done!""#, month)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| understood(error, "dropping the rows of a month"))
    }
}

/// The state that the functions raise by name.
fn understood(error: sqlx::Error, doing: &'static str) -> Error {
    let refusal = error.as_database_error().filter(|it| it.code().as_deref() == Some("CK003"));
    match refusal.map(|it| it.message().to_owned()) {
        Some(message) => Error::Damaged(message),
        None => while_doing(doing)(error),
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
