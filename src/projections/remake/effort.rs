//! How hard a build is worked on beside live traffic.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Events that are read, folded and committed at a time; the journal bounds their bytes.
const CHUNK: i64 = 4_096;
/// The same where others must not feel it: some milliseconds of work.
const SMALL: i64 = 256;
/// A build that is bounded writes so many chunks a second at least: small ones hold nobody up for long.
const CHUNKS_A_SECOND: i64 = 50;

/// How hard a build is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many connections write it side by side; one that was begun keeps its number.
    pub lanes: usize,
    /// How many events a second it folds at most; none: as many as it can.
    pub per_second: Option<u32>,
    /// By how many percent others may be slower because of it, on average; none: by any.
    pub slower_by: Option<u8>,
}

impl Effort {
    /// As fast as it goes: two lanes keep the server busy while we fold.
    pub const FULL: Self = Self::lanes(2);

    /// In so many lanes, as fast as it goes.
    pub const fn lanes(lanes: usize) -> Self {
        Self { lanes, per_second: None, slower_by: None }
    }

    /// With at most so many events a second; none and 0: as many as it can.
    pub fn bounded(per_second: Option<u32>) -> Self {
        match per_second.filter(|bound| *bound > 0) {
            Some(bound) => Self { per_second: Some(bound), ..Self::lanes(1) },
            None => Self::FULL,
        }
    }

    /// The same so that others are slower by at most so many percent; none and 0: by any.
    #[must_use]
    pub fn gentle(self, slower_by: Option<u8>) -> Self {
        match slower_by.filter(|percent| *percent > 0) {
            Some(percent) => Self { slower_by: Some(percent), lanes: 1, ..self },
            None => self,
        }
    }

    /// Whether others go before it.
    pub(super) const fn is_held(self) -> bool {
        self.per_second.is_some() || self.slower_by.is_some()
    }

    /// How many events are taken at a time.
    pub(super) fn chunk(self) -> i64 {
        let most = if self.is_held() { SMALL } else { CHUNK };
        self.per_second.map_or(most, |bound| (i64::from(bound) / CHUNKS_A_SECOND).clamp(1, most))
    }

    /// Keeps to the bound from now on.
    pub(super) fn pace(self) -> Pace {
        Pace { per_second: self.per_second, next: Instant::now() }
    }
}

/// Keeps a build to its bound.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: Option<u32>,
    next: Instant,
}

impl Pace {
    /// Waits until as many more may be taken as were taken now. Time in which nothing was taken is not made up
    /// for afterwards.
    pub(super) async fn took(&mut self, events: usize) {
        if let Some(due) = self.due(events, Instant::now()) {
            sleep_until(due).await;
        }
    }

    /// When the next may be taken, if it is not as soon as one can.
    fn due(&mut self, events: usize, now: Instant) -> Option<Instant> {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        let share = Duration::from_secs(1) * events / self.per_second?;
        self.next = (self.next + share).max(now);
        Some(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_build_takes_little_at_a_time() {
        assert_eq!(Effort::FULL.chunk(), CHUNK);
        assert_eq!(Effort::bounded(Some(0)), Effort::FULL);
        assert_eq!(Effort::bounded(Some(5_000)).chunk(), 100);
        assert_eq!(Effort::bounded(Some(10)).chunk(), 1);
        assert_eq!(Effort::bounded(Some(u32::MAX)).chunk(), SMALL);
        assert_eq!(Effort::FULL.gentle(Some(10)).chunk(), SMALL);
        assert_eq!(Effort::FULL.gentle(Some(0)), Effort::FULL);
    }

    #[test]
    fn a_bound_holds_over_the_whole_and_pauses_are_not_made_up_for() {
        let began = Instant::now();
        let mut pace = Pace { per_second: Some(1_000), next: began };
        let second = began + Duration::from_secs(1);
        assert_eq!(pace.due(500, began), Some(began + Duration::from_millis(500)));
        assert_eq!(pace.due(500, began + Duration::from_millis(900)), Some(second));
        let later = began + Duration::from_mins(1);
        assert_eq!(pace.due(100, later), Some(later));
        assert_eq!(pace.due(100, later), Some(later + Duration::from_millis(100)));
        assert_eq!(Effort::FULL.pace().due(1_000_000, later), None);
    }
}
