//! From what a clock on the wall shows to instants, where clocks are changed.

use chrono::{LocalResult, NaiveDateTime, TimeZone};
use chrono_tz::{GapInfo, Tz};

/// How a schedule says its time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// At fixed times: each comes once a day, however the clock is changed.
    Fixed,
    /// Each so many hours, minutes or seconds: what is shown twice comes twice.
    Running,
}

/// The first and the last instant at which a clock shows a time, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) first: i64,
    pub(super) last: i64,
}

/// When the clock of that zone shows it; none when it never does.
pub(super) fn moments(zone: Tz, wall: NaiveDateTime, pace: Pace) -> Option<Moments> {
    let single = |at: i64| Some(Moments { first: at, last: at });
    match (zone.from_local_datetime(&wall), pace) {
        (LocalResult::Single(at), _) => single(at.timestamp()),
        (LocalResult::Ambiguous(one, other), Pace::Fixed) => {
            single(one.timestamp().min(other.timestamp()))
        }
        (LocalResult::Ambiguous(one, other), Pace::Running) => {
            let (one, other) = (one.timestamp(), other.timestamp());
            Some(Moments { first: one.min(other), last: one.max(other) })
        }
        (LocalResult::None, Pace::Running) => None,
        (LocalResult::None, Pace::Fixed) => single(GapInfo::new(&wall, &zone)?.end?.timestamp()),
    }
}

/// What the clock of that zone shows then.
pub(super) fn shown(zone: Tz, at: i64) -> Option<NaiveDateTime> {
    Some(chrono::DateTime::from_timestamp(at, 0)?.with_timezone(&zone).naive_local())
}
