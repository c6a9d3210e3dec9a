//! When a chain is looked at: in its rhythm, and when somebody announces a block.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::actors::rhythm::Rhythm;

/// Announcements that come faster than this part of the rhythm are one, within these bounds: whoever
/// makes them up does not set the pace.
const PART: u32 = 8;
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_millis(500);

/// One look after the other.
pub(super) struct Looks<'a> {
    rhythm: Rhythm,
    bell: &'a Notify,
    apart: Duration,
    last: Instant,
}

impl<'a> Looks<'a> {
    /// In this rhythm, of that period, and when the bell rings.
    pub(super) fn new(rhythm: Rhythm, period: Duration, bell: &'a Notify) -> Self {
        let apart = (period / PART).clamp(SHORTEST, LONGEST);
        Self { rhythm, bell, apart, last: Instant::now() }
    }

    /// Waits for the next look; false when there is none.
    pub(super) async fn next(&mut self) -> bool {
        let (bell, earliest) = (self.bell, self.last + self.apart);
        let rung = async {
            bell.notified().await;
            sleep_until(earliest).await;
        };
        let goes_on = tokio::select! {
            goes_on = self.rhythm.beat() => goes_on,
            () = rung => true,
        };
        self.last = Instant::now();
        goes_on
    }
}
