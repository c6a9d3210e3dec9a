//! How often a node is asked: a token bucket that learns what the node bears.

use time::{Duration, OffsetDateTime};

/// Calls a second at the beginning: what public endpoints commonly bear.
const FIRST_RATE: f64 = 25.0;
/// The bounds of what it learns.
const RATES: std::ops::RangeInclusive<f64> = 1.0..=500.0;
/// What every answer adds to the rate.
const GAIN: f64 = 0.1;
/// What an answer adds while callers wait and the node has not refused such a rate yet: the rate
/// doubles each second, as TCP's does at its start, so that a node of one's own is soon used fully.
const QUICK_GAIN: f64 = 1.0;
/// What a refusal leaves of it.
const LOSS: f64 = 0.5;

/// The bucket. It holds the tokens of two seconds.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    rate: f64,
    tokens: f64,
    at: OffsetDateTime,
    /// Somebody had to wait since the last answer.
    hurried: bool,
    /// The rate from which on it is raised slowly: half of what was refused last.
    careful_from: f64,
}

impl Pace {
    pub(super) fn new(now: OffsetDateTime) -> Self {
        Self {
            rate: FIRST_RATE,
            tokens: FIRST_RATE * 2.0,
            at: now,
            hurried: false,
            careful_from: f64::INFINITY,
        }
    }

    /// Takes a token, or says after how long there is one.
    pub(super) fn take(&mut self, now: OffsetDateTime) -> Result<(), Duration> {
        let passed = (now - self.at).as_seconds_f64().max(0.0);
        self.tokens = (self.tokens + passed * self.rate).min(self.rate * 2.0);
        self.at = self.at.max(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            self.hurried = true;
            Err(Duration::seconds_f64((1.0 - self.tokens) / self.rate))
        }
    }

    /// The node answered.
    pub(super) fn gain(&mut self) {
        let quick = std::mem::take(&mut self.hurried) && self.rate < self.careful_from;
        let gain = if quick { QUICK_GAIN } else { GAIN };
        self.rate = (self.rate + gain).min(*RATES.end());
    }

    /// The node said that it is asked too often.
    pub(super) fn lose(&mut self) {
        self.rate = (self.rate * LOSS).max(*RATES.start());
        self.careful_from = self.rate;
        self.tokens = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_emptied_and_fills_at_its_rate() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let mut pace = Pace::new(start);
        let taken = (0..1_000).take_while(|_| pace.take(start).is_ok()).count();
        assert_eq!(taken, 50);
        let wait = pace.take(start).unwrap_err();
        assert!(wait <= Duration::milliseconds(40), "{wait}");
        assert!(pace.take(start + Duration::milliseconds(41)).is_ok());
    }

    #[test]
    fn a_refusal_halves_the_rate_and_answers_win_it_back() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let mut pace = Pace::new(start);
        pace.lose();
        assert!(pace.take(start).unwrap_err() >= Duration::milliseconds(79));
        for _ in 0..125 {
            pace.gain();
        }
        assert!(pace.take(start).unwrap_err() <= Duration::milliseconds(41));
    }

    #[test]
    fn a_node_that_bears_it_is_asked_faster_while_callers_wait_and_slowly_after_a_refusal() {
        let mut now = OffsetDateTime::UNIX_EPOCH;
        let mut pace = Pace::new(now);
        let answers_in = |pace: &mut Pace, now: &mut OffsetDateTime, seconds: i64| {
            let (until, mut answers) = (*now + Duration::seconds(seconds), 0);
            while *now < until {
                match pace.take(*now) {
                    Ok(()) => {
                        pace.gain();
                        answers += 1;
                    }
                    Err(wait) => *now += wait.max(Duration::microseconds(1)),
                }
            }
            answers
        };
        assert!(answers_in(&mut pace, &mut now, 5) > 800);
        pace.lose();
        let (before, after) =
            (answers_in(&mut pace, &mut now, 1), answers_in(&mut pace, &mut now, 1));
        assert!(before < 300 && after < before + 60, "{before} {after}");
        // Whoever does not hurry learns nothing of what the node bears.
        let mut idle = Pace::new(now);
        for _ in 0..50 {
            now += Duration::SECOND;
            idle.take(now).unwrap();
            idle.gain();
        }
        assert!(idle.rate < 31.0, "{}", idle.rate);
    }
}
