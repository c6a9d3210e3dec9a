//! A schedule, whichever way it is written.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use time::OffsetDateTime;

use super::recurrence::Recurrence;
use super::zone::read_zone;

/// How long a cron pattern may be, in bytes. The longest that says something new lists every
/// minute.
const MAX_PATTERN: usize = 256;
/// How long a recurrence may be, in bytes: the same for two lines.
const MAX_RECURRENCE: usize = 512;
/// The words that only a recurrence begins with.
const RECURRENCE: [&str; 7] = ["DTSTART", "RRULE", "FREQ=", "EXRULE", "RDATE", "EXDATE", "BEGIN:"];

/// A cron pattern or a recurrence in a time zone.
///
/// A pattern has five fields (minute, hour, day of month, month, day of week) or six with seconds
/// before them; names, ranges, steps, lists, `L`, `W`, `#` and `@daily` and its like. When both
/// days are restricted, either is enough. A recurrence is the `DTSTART` and the `RRULE` of RFC
/// 5545.
///
/// What a change of the clock skips comes right after it when the time of day is fixed, and not at
/// all when it is an interval; what it repeats comes once when it is fixed, and twice as interval.
#[derive(Debug, Clone)]
pub struct Schedule {
    cadence: Cadence,
    zone: Tz,
}

#[derive(Debug, Clone)]
enum Cadence {
    Cron(Box<Cron>),
    Recurrence(Box<Recurrence>),
}

impl Schedule {
    /// Reads a cron pattern or a recurrence, and the IANA name of a time zone: without one the
    /// zone of `DTSTART`, else UTC.
    ///
    /// # Errors
    ///
    /// What is wrong, and the cure.
    pub fn read(pattern: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let zone = zone.map(read_zone).transpose()?;
        let begins = pattern.trim_start();
        let is_recurrence = RECURRENCE.iter().any(|word| {
            begins.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        });
        if is_recurrence {
            if pattern.len() > MAX_RECURRENCE {
                let message = format!("a recurrence has at most {MAX_RECURRENCE} characters");
                return Err(ScheduleError::Pattern(message));
            }
            let (recurrence, zone) = Recurrence::read(pattern, zone)?;
            return Ok(Self { cadence: Cadence::Recurrence(Box::new(recurrence)), zone });
        }
        let cron = read_cron(pattern)?;
        let zone = zone.unwrap_or(Tz::UTC);
        let schedule = Self { cadence: Cadence::Cron(Box::new(cron)), zone };
        if schedule.next_after(OffsetDateTime::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::Pattern(format!(
                "\"{pattern}\" never comes round: no such day exists"
            )));
        }
        Ok(schedule)
    }

    /// The IANA name of its time zone.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// Whether it is a recurrence; a cron pattern otherwise.
    pub const fn is_recurrence(&self) -> bool {
        match self.cadence {
            Cadence::Cron(_) => false,
            Cadence::Recurrence(_) => true,
        }
    }

    /// The first instant after that one at which it comes round. None beyond the year 5000; of a
    /// recurrence none that lies more than a hundred years ahead.
    pub fn next_after(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let next = match &self.cadence {
            Cadence::Cron(cron) => {
                let at = DateTime::<Utc>::from_timestamp(at.unix_timestamp(), at.nanosecond())?;
                let local = self.zone.from_utc_datetime(&at.naive_utc());
                cron.find_next_occurrence(&local, false).ok()?.timestamp()
            }
            Cadence::Recurrence(recurrence) => {
                recurrence.next_after(at.unix_timestamp(), self.zone)?
            }
        };
        OffsetDateTime::from_unix_timestamp(next).ok()
    }
}

fn read_cron(pattern: &str) -> Result<Cron, ScheduleError> {
    let wrong = |message: String| ScheduleError::Pattern(message);
    if pattern.len() > MAX_PATTERN {
        return Err(wrong(format!("a cron pattern has at most {MAX_PATTERN} characters")));
    }
    let fields = pattern.split_ascii_whitespace().count();
    if !pattern.trim_start().starts_with('@') && !(5..=6).contains(&fields) {
        return Err(wrong(format!(
            "a cron pattern has five fields (minute hour day month weekday), or six with \
             seconds first; this one has {fields}"
        )));
    }
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed);
    parser.build().parse(pattern.trim()).map_err(|error| {
        wrong(format!("\"{}\" is no cron pattern: {error}", pattern.escape_debug()))
    })
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Its pattern.
    #[error("{0}")]
    Pattern(String),
    /// Its time zone.
    #[error("{0}")]
    Zone(String),
}
