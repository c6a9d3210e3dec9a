//! The months of the runs. A run's id begins with its time, so that a range of ids is a month, and
//! old months can be detached whole. There is no default partition: without its month, a run is
//! refused.

use sqlx::PgPool;
use time::{Date, Month, OffsetDateTime};
use uuid::Uuid;

use super::Error;
use super::error::while_doing;
use super::reading::YOUNGEST;
use crate::primitives::RunId;

/// Months that are made ahead of the present one.
pub const MONTHS_AHEAD: usize = 3;
/// With fewer months ahead than this, `doctor` alarms.
pub const MONTHS_AHEAD_ALARM: usize = 2;

/// Makes the months that are missing, from the last one (a clock may be slow) to three ahead.
/// Returns the names of those that were made. Safe to call from several processes at once.
pub async fn create_missing(pool: &PgPool, now: OffsetDateTime) -> Result<Vec<String>, Error> {
    let mut made = Vec::new();
    let mut month = Start::of(now).previous();
    for _ in 0..MONTHS_AHEAD + 2 {
        if create(pool, month).await? {
            made.push(month.name());
        }
        month = month.next();
    }
    Ok(made)
}

/// Makes the months of runs that are born from `first` to `last`, where they are missing.
///
/// # Errors
/// [`Error::Database`].
pub async fn create_between(
    pool: &PgPool,
    first: OffsetDateTime,
    last: OffsetDateTime,
) -> Result<(), Error> {
    let (mut month, end) = (Start::of(first), Start::of(last).next());
    while month.first_instant() < end.first_instant() {
        create(pool, month).await?;
        month = month.next();
    }
    Ok(())
}

/// Makes a month, where it is missing: whether it was.
async fn create(pool: &PgPool, month: Start) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"select journal_create_run_partition($1, $2, $3) as "made!""#,
        month.name(),
        month.first_id(),
        month.next().first_id(),
    )
    .fetch_one(pool)
    .await
    .map_err(while_doing("making a month of the ledger"))
}

/// A month of runs: how it is called, and which ids it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its name, as `2026_01`.
    pub month: String,
    /// The smallest id that a run of it can have.
    pub from: String,
    /// The smallest id of the month after it.
    pub to: String,
    /// When it ended.
    pub ended_at: OffsetDateTime,
}

/// The months that the ledger's table has and that ended before an instant, the oldest first.
pub(super) async fn ended_before(
    pool: &PgPool,
    instant: OffsetDateTime,
) -> Result<Vec<Span>, Error> {
    let names = sqlx::query_scalar!(r#"select month as "month!" from run_partitions order by 1"#)
        .fetch_all(pool)
        .await
        .map_err(while_doing("listing the months of the ledger"))?;
    let spans = names.iter().filter_map(|name| span(name));
    Ok(spans.filter(|span| span.ended_at <= instant).collect())
}

/// The month of a name; nothing where it is none.
pub fn span(month: &str) -> Option<Span> {
    let (year, number) = month.split_once('_')?;
    let start = Start {
        year: year.parse().ok()?,
        month: Month::try_from(number.parse::<u8>().ok()?).ok()?,
    };
    let next = start.next();
    let (from, to) = (start.first_id(), next.first_id());
    Some(Span { month: start.name(), from, to, ended_at: next.first_instant() })
}

/// When a run is born that something begins which happened at `at`: then, while that month is certainly there, and with
/// the present month where it may have left.
pub fn birth(at: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    if now - at < YOUNGEST { at } else { Start::of(now).first_instant() }
}

/// How many months after the present one are ready, without a hole.
pub async fn months_ahead(pool: &PgPool, now: OffsetDateTime) -> Result<usize, Error> {
    let there = sqlx::query_scalar!(r#"select month as "month!" from run_partitions"#)
        .fetch_all(pool)
        .await
        .map_err(while_doing("counting the months of the ledger"))?;
    let mut month = Start::of(now);
    let mut ahead = 0;
    loop {
        month = month.next();
        if !there.contains(&month.name()) {
            return Ok(ahead);
        }
        ahead += 1;
    }
}

/// The first day of a month.
#[derive(Debug, Clone, Copy)]
struct Start {
    year: i32,
    month: Month,
}

impl Start {
    fn of(at: OffsetDateTime) -> Self {
        let date = at.to_offset(time::UtcOffset::UTC).date();
        Self { year: date.year(), month: date.month() }
    }

    fn next(self) -> Self {
        let year = if self.month == Month::December { self.year + 1 } else { self.year };
        Self { year, month: self.month.next() }
    }

    fn previous(self) -> Self {
        let year = if self.month == Month::January { self.year - 1 } else { self.year };
        Self { year, month: self.month.previous() }
    }

    fn name(self) -> String {
        format!("{:04}_{:02}", self.year, u8::from(self.month))
    }

    /// The smallest id that a run of this month can have: its first millisecond, then zeroes.
    fn first_id(self) -> String {
        let first = self.first_instant();
        let millis = u128::try_from(first.unix_timestamp()).unwrap_or_default() * 1000;
        RunId::from_uuid(Uuid::from_u128(millis << 80)).to_string()
    }

    fn first_instant(self) -> OffsetDateTime {
        Date::from_calendar_date(self.year, self.month, 1)
            .expect("every month has a first day")
            .midnight()
            .assume_utc()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_month_is_followed_by_the_next_also_over_new_year() {
        let december = Start::of(datetime!(2026-12-31 23:59:59 UTC));
        assert_eq!(december.name(), "2026_12");
        assert_eq!(december.next().name(), "2027_01");
        assert_eq!(december.next().previous().name(), "2026_12");
    }

    #[test]
    fn a_month_is_found_by_its_name() {
        let december = span("2026_12").unwrap();
        assert_eq!(december.ended_at, datetime!(2027-01-01 00:00 UTC));
        assert_eq!(december.to, span("2027_01").unwrap().from);
        assert!(december.from < december.to);
        for nothing in ["", "2026", "2026_13", "2026_00", "x_01"] {
            assert_eq!(span(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_long_past_begins_a_run_in_the_present_month() {
        let now = datetime!(2026-11-30 17:00 UTC);
        let lately = now - time::Duration::days(30);
        assert_eq!(birth(lately, now), lately);
        let long_ago = now - YOUNGEST;
        assert_eq!(birth(long_ago, now), datetime!(2026-11-01 00:00 UTC));
        let tomorrow = now + time::Duration::days(1);
        assert_eq!(birth(long_ago, tomorrow), datetime!(2026-12-01 00:00 UTC));
    }

    #[test]
    fn an_id_lies_within_the_month_of_its_time() {
        let month = Start::of(datetime!(2026-11-21 10:00 UTC));
        let at = |millis: i128| {
            let millis = u128::try_from(millis).unwrap();
            // A real version 7: random bits behind the time.
            RunId::from_uuid(Uuid::from_u128((millis << 80) | 0x7abc_8def_0123_4567_89ab))
                .to_string()
        };
        let millis = |at: OffsetDateTime| at.unix_timestamp_nanos() / 1_000_000;
        assert!(at(millis(datetime!(2026-10-31 23:59:59.999 UTC))) < month.first_id());
        assert!(at(millis(datetime!(2026-11-01 00:00:00 UTC))) >= month.first_id());
        assert!(at(millis(datetime!(2026-11-30 23:59:59.999 UTC))) < month.next().first_id());
    }
}
