//! How long what cannot be carried out is tried.

use std::time::Duration;

/// How a follower deals with what it cannot carry out.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The pauses before the tries that come at once.
    pub at_once: [Duration; 3],
    /// The pause before an event that was set aside is tried again; it doubles each time.
    pub first_pause: Duration,
    /// The longest such pause.
    pub longest_pause: Duration,
    /// After so many tries of an event that was set aside it is parked, where it is itself at fault.
    pub tries: i32,
    /// How often is looked for what is due.
    pub look: Duration,
    /// How many events may be set aside. With more, something else is wrong, and the reaction waits.
    pub arrears: i64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            at_once: [Duration::ZERO, Duration::from_millis(20), Duration::from_millis(100)],
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
            tries: 8,
            look: Duration::from_millis(500),
            arrears: 10_000,
        }
    }
}

impl Patience {
    /// How long an event is left alone after it was tried in vain for so many times before.
    pub(super) fn pause_after(&self, tries: i32) -> Duration {
        let doublings = u32::try_from(tries.saturating_add(1)).unwrap_or_default().min(16);
        self.first_pause.saturating_mul(2_u32.pow(doublings)).min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_is_bounded() {
        let patience = Patience::default();
        let pauses: Vec<_> = (0..8).map(|tries| patience.pause_after(tries).as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(patience.pause_after(i32::MAX), patience.longest_pause);
    }
}
