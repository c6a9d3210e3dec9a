//! How often a node is asked: a token bucket that learns what the node bears.

use time::{Duration, OffsetDateTime};

/// Calls a second at the beginning: what public endpoints commonly bear.
const FIRST_RATE: f64 = 25.0;
/// The bounds of what it learns.
const RATES: std::ops::RangeInclusive<f64> = 1.0..=500.0;
/// What every answer adds to the rate.
const GAIN: f64 = 0.1;
/// What a refusal leaves of it.
const LOSS: f64 = 0.5;

/// The bucket. It holds the tokens of two seconds.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    rate: f64,
    tokens: f64,
    at: OffsetDateTime,
}

impl Pace {
    pub(super) fn new(now: OffsetDateTime) -> Self {
        Self { rate: FIRST_RATE, tokens: FIRST_RATE * 2.0, at: now }
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
            Err(Duration::seconds_f64((1.0 - self.tokens) / self.rate))
        }
    }

    /// The node answered.
    pub(super) fn gain(&mut self) {
        self.rate = (self.rate + GAIN).min(*RATES.end());
    }

    /// The node said that it is asked too often.
    pub(super) fn lose(&mut self) {
        self.rate = (self.rate * LOSS).max(*RATES.start());
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
}
