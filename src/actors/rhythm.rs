//! What is done again and again until the process stops.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// A beat at once, and then one a period. What takes longer than a period puts off the beats after
/// it, which are not made up for.
pub(super) struct Rhythm {
    beats: Interval,
    stop: CancellationToken,
}

impl Rhythm {
    /// A rhythm that goes on until it is told to stop.
    pub(super) fn new(period: Duration, stop: CancellationToken) -> Self {
        let mut beats = interval(period);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { beats, stop }
    }

    /// Waits for the next beat; false once it is told to stop.
    pub(super) async fn beat(&mut self) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            _ = self.beats.tick() => true,
        }
    }
}
