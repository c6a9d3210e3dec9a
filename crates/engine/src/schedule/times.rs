//! The times of day of a rule, as sets of hours, minutes and seconds.

use chrono::{NaiveTime, Timelike};

/// Hours, minutes and seconds at which a rule comes round, a bit each. None of them is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
}

impl Times {
    /// The first of them at or after a time of the same day.
    pub(super) fn at_or_after(&self, from: NaiveTime) -> Option<NaiveTime> {
        let (hour, minute, second) = (from.hour(), from.minute(), from.second());
        let (first_minute, first_second) =
            (self.minutes.trailing_zeros(), self.seconds.trailing_zeros());
        if next(self.hours, hour) == Some(hour) {
            if next(self.minutes, minute) == Some(minute)
                && let Some(second) = next(self.seconds, second)
            {
                return NaiveTime::from_hms_opt(hour, minute, second);
            }
            if let Some(minute) = next(self.minutes, minute + 1) {
                return NaiveTime::from_hms_opt(hour, minute, first_second);
            }
        }
        NaiveTime::from_hms_opt(next(self.hours, hour + 1)?, first_minute, first_second)
    }

    /// How many there are in a day.
    pub(super) const fn count(&self) -> u32 {
        self.hours.count_ones() * self.minutes.count_ones() * self.seconds.count_ones()
    }
}

/// The lowest bit of a set at or above that one.
fn next(set: u64, from: u32) -> Option<u32> {
    let rest = set.checked_shr(from)?;
    (rest != 0).then(|| from + rest.trailing_zeros())
}
