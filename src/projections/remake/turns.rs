//! Work in turns with others: little at a time, and rests that are as long as what others feel of it wants them.

use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, sleep};

use super::candidate::Means;
use super::effort::{Effort, Pace};
use super::pulse::Pulse;
use crate::projections::Error;

/// One turn of so many is looked at: each look is two small writes.
const LOOKED_AT: u32 = 4;
/// From the end of a turn until what was busy with it is at rest.
const CALM: Duration = Duration::from_millis(3);
/// The longest rest: also the slowest server is not waited for any longer.
const LONGEST: Duration = Duration::from_secs(2);

/// Works on a build in turns.
#[derive(Debug)]
pub(super) struct Turns {
    pace: Pace,
    pulse: Option<Pulse>,
    share: Share,
    taken: u32,
    /// So many events or rows a second are taken whatever others feel; 0: none.
    least: f64,
}

impl Turns {
    /// As this effort wants it.
    pub(super) fn of(effort: Effort, means: &Means) -> Result<Self, Error> {
        let pulse = effort.slower_by.map(|_| Pulse::open(means)).transpose()?;
        let share = Share::of(effort.slower_by.unwrap_or(u8::MAX));
        Ok(Self { pace: effort.pace(), pulse, share, taken: 0, least: 0.0 })
    }

    /// From now on so many events or rows are taken a second at least, unless a bound was said: work that is slower
    /// than the ledger grows never ends.
    pub(super) const fn at_least(&mut self, per_second: f64) {
        self.least = per_second;
    }

    /// Does a part of the work, which takes so many events or rows, and rests.
    pub(super) async fn take<T>(
        &mut self,
        amount: usize,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(pulse) = &self.pulse else {
            let done = work.await?;
            self.pace.took(amount).await;
            return Ok(done);
        };
        self.taken = self.taken.wrapping_add(1);
        let is_looked_at = self.taken.is_multiple_of(LOOKED_AT);
        let timed = async {
            let began = Instant::now();
            (work.await, began.elapsed())
        };
        let (done, worked) = if is_looked_at {
            let ((done, worked), beside) = join(timed, pulse.beat()).await;
            self.share.beside(beside?);
            (done, worked)
        } else {
            timed.await
        };
        let rest = self.share.rest(worked).min(longest(self.least, amount, worked));
        let began = Instant::now();
        if is_looked_at {
            sleep(CALM).await;
            self.share.alone(pulse.beat().await?);
        }
        sleep(rest.saturating_sub(began.elapsed())).await;
        self.pace.took(amount).await;
        done
    }
}

/// How long may be rested after work on so much, where so much a second is the least.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn longest(least: f64, amount: usize, worked: Duration) -> Duration {
    let due = Duration::try_from_secs_f64(amount as f64 / least);
    due.map_or(LONGEST, |due| due.saturating_sub(worked))
}

/// Which share of the time may be worked, by what others feel while it is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    /// By which part others may be slower.
    bound: f64,
    /// Seconds that a small write takes while nothing of this goes on, and beside it.
    alone: Option<f64>,
    beside: Option<f64>,
    /// The share.
    now: f64,
}

impl Share {
    const FIRST: f64 = 0.1;
    const LEAST: f64 = 0.02;
    const MOST: f64 = 0.6;
    /// How much of what was known a new look replaces.
    const NEW: f64 = 0.06;
    /// So much of the bound is aimed at: looks are few, and what is rare is felt before it is seen.
    const AIM: f64 = 0.7;
    /// A single look counts as so many times what is usual at most: a checkpoint is not our doing.
    const ODD: f64 = 8.0;

    fn of(percent: u8) -> Self {
        Self { bound: f64::from(percent) / 100.0, alone: None, beside: None, now: Self::FIRST }
    }

    fn alone(&mut self, took: Duration) {
        self.alone = Some(Self::known(self.alone, took));
        self.settle();
    }

    fn beside(&mut self, took: Duration) {
        self.beside = Some(Self::known(self.beside, took));
        self.settle();
    }

    fn known(before: Option<f64>, took: Duration) -> f64 {
        let took = took.as_secs_f64();
        before.map_or(took, |before| before + (took.min(before * Self::ODD) - before) * Self::NEW)
    }

    /// Others that are slower by a factor for a share of the time are slower by their product on average.
    fn settle(&mut self) {
        let Some((alone, beside)) = self.alone.zip(self.beside) else { return };
        let slower = (beside / alone.max(f64::EPSILON) - 1.0).max(0.01);
        let wanted = (self.bound * Self::AIM / slower).clamp(Self::LEAST, Self::MOST);
        self.now += (wanted - self.now) * Self::NEW;
    }

    /// How long is rested after work that took so long.
    fn rest(&self, worked: Duration) -> Duration {
        worked.mul_f64((1.0 - self.now) / self.now).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(alone: u64, beside: u64) -> Share {
        let mut share = Share::of(10);
        for _ in 0..300 {
            share.alone(Duration::from_millis(alone));
            share.beside(Duration::from_millis(beside));
        }
        share
    }

    #[test]
    fn the_more_others_feel_the_longer_are_the_rests() {
        // given writes that take half as long again beside the work: a fifth of the time makes a tenth on average,
        // of which seven tenths are aimed at
        let half = settled(2, 3);
        assert!((half.now - 0.14).abs() < 0.01, "{half:?}");
        let rest = half.rest(Duration::from_millis(10)).as_secs_f64();
        assert!((rest - 0.061).abs() < 0.005, "{rest}");

        // then what nobody feels is done most of the time, and what holds everybody up hardly ever
        assert!((settled(2, 2).now - Share::MOST).abs() < 0.01);
        assert!((settled(2, 200).now - Share::LEAST).abs() < 0.01);
    }

    #[test]
    fn rests_are_no_longer_than_the_least_rate_allows() {
        let worked = Duration::from_millis(10);
        assert_eq!(longest(0.0, 100, worked), LONGEST);
        assert_eq!(longest(1_000.0, 100, worked), Duration::from_millis(90));
        assert_eq!(longest(1_000_000.0, 100, worked), Duration::ZERO);
    }

    #[test]
    fn one_write_that_takes_forever_changes_little() {
        let mut share = settled(2, 3);
        let before = share.now;
        share.beside(Duration::from_secs(30));
        assert!((share.now - before).abs() < 0.02, "{share:?}");
    }
}
