//! Whether a price fires: one price after the other, from what is remembered of those before.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Amount, Operation, Settings};

/// How many prices of a window are kept; of more, the ones in between are let go.
const MAX_WINDOW: usize = 4_096;

/// A price, and when its source said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The price.
    pub price: Amount,
    /// In nanoseconds since 1970.
    pub at_ns: u64,
}

/// On which side of its target a price was last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What is waited for held, and has to go back before it can fire again.
    Held,
    /// It did not: it fires when it holds.
    Ready,
}

/// What is remembered of a trigger through restarts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// On which side the price was last; `None` before the first.
    pub side: Option<Side>,
    /// How often it has fired.
    pub fired: u64,
    /// The time of the last price that counted, in nanoseconds: older ones say nothing.
    pub last_ns: u64,
}

/// What a price changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that has to survive a restart.
    Nothing,
    /// The side: it is to be remembered.
    Turned,
    /// It fires. To be remembered before it does.
    Fires,
}

/// A trigger that is shown prices.
#[derive(Debug, Clone)]
pub struct Condition {
    settings: Settings,
    memory: Memory,
    window: VecDeque<Tick>,
}

impl Condition {
    /// A condition with what is remembered of it.
    pub const fn new(settings: Settings, memory: Memory) -> Self {
        Self { settings, memory, window: VecDeque::new() }
    }

    /// What is to be remembered.
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What it is about.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it has fired as often as it may.
    pub fn is_over(&self) -> bool {
        self.settings.max_triggers.is_some_and(|most| self.memory.fired >= most)
    }

    /// There were prices that nobody saw: a change over that time is not one.
    pub fn gap(&mut self) {
        self.window.clear();
    }

    /// Shows the next price. One that is not newer than the last says nothing.
    pub fn see(&mut self, tick: Tick) -> Verdict {
        if self.is_over() || tick.at_ns <= self.memory.last_ns {
            return Verdict::Nothing;
        }
        self.memory.last_ns = tick.at_ns;
        let (holds, goes_back) = match self.settings.operation {
            Operation::PercentChange => return self.see_change(tick),
            Operation::Above
            | Operation::Below
            | Operation::Equal
            | Operation::CrossUp
            | Operation::CrossDown => self.compare(tick.price),
        };
        let was = self.memory.side;
        let side = match was {
            _ if holds => Side::Held,
            // Between the target and where it has to go back to, it stays what it was.
            Some(Side::Held) if !goes_back => Side::Held,
            Some(Side::Held | Side::Ready) | None => Side::Ready,
        };
        self.memory.side = Some(side);
        let is_crossing = match self.settings.operation {
            Operation::CrossUp | Operation::CrossDown => true,
            Operation::Above | Operation::Below | Operation::Equal | Operation::PercentChange => {
                false
            }
        };
        match (was, side) {
            // Where the price was before is not known: it holds, but nothing has crossed.
            (None, Side::Held) if is_crossing => Verdict::Turned,
            (Some(Side::Ready) | None, Side::Held) => self.fire(),
            (Some(Side::Held) | None, Side::Ready) => Verdict::Turned,
            (Some(Side::Held), Side::Held) | (Some(Side::Ready), Side::Ready) => Verdict::Nothing,
        }
    }

    /// Whether what is waited for holds, and whether it has gone back far enough.
    fn compare(&self, price: Amount) -> (bool, bool) {
        let Settings { target, hysteresis, .. } = self.settings;
        let (low, high) = (target.minus(hysteresis), target.plus(hysteresis));
        match self.settings.operation {
            Operation::Above => (price > target, price <= low),
            Operation::CrossUp => (price >= target, price < low),
            Operation::Below => (price < target, price >= high),
            Operation::CrossDown => (price <= target, price > high),
            Operation::Equal | Operation::PercentChange => {
                let holds = price.distance(target) <= hysteresis;
                (holds, !holds)
            }
        }
    }

    fn see_change(&mut self, tick: Tick) -> Verdict {
        let from = tick.at_ns.saturating_sub(self.settings.window_ns);
        while self.window.front().is_some_and(|first| first.at_ns < from) {
            self.window.pop_front();
        }
        let percent = self.settings.target;
        let changed = |first: &Tick| changed_by(first.price, tick.price, percent);
        if self.window.iter().any(changed) {
            // What led here has been told: the next change counts from this price on.
            self.window.clear();
            self.window.push_back(tick);
            return self.fire();
        }
        if self.window.len() >= MAX_WINDOW {
            let mut is_kept = false;
            self.window.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
        }
        self.window.push_back(tick);
        Verdict::Nothing
    }

    const fn fire(&mut self) -> Verdict {
        self.memory.fired += 1;
        Verdict::Fires
    }
}

/// Whether a price is at least so many percent away from another one. Exact: both sides are
/// multiplied out, over halves of 128 bits.
fn changed_by(from: Amount, to: Amount, percent: Amount) -> bool {
    let distance = from.distance(to).units().unsigned_abs();
    // distance / from ≥ percent / 100, where percent has 18 decimals of its own.
    let left = wide(distance, 100 * 10_u128.pow(18));
    let right = wide(from.units().unsigned_abs(), percent.units().unsigned_abs());
    left >= right
}

/// A product of two numbers of 128 bits: its upper and its lower half.
const fn wide(one: u128, other: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a, b) = (one >> 64, one & LOW);
    let (c, d) = (other >> 64, other & LOW);
    let low = b * d;
    let (middle, carried) = (a * d).overflowing_add(b * c);
    let (lower, more) = low.overflowing_add(middle << 64);
    let carry = ((carried as u128) << 64) + more as u128;
    (a * c + (middle >> 64) + carry, lower)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn condition(payload: &Value) -> Condition {
        let mut payload = payload.clone();
        payload["asset"] = json!("BTCUSD");
        Condition::new(Settings::read(&payload).expect("settings"), Memory::default())
    }

    /// Which of these prices fire, one a second.
    fn fires(condition: &mut Condition, prices: &[f64]) -> Vec<f64> {
        let first = condition.memory().last_ns;
        let fired = prices.iter().enumerate().filter(|(second, price)| {
            let at_ns = first + (*second as u64 + 1) * 1_000_000_000;
            let price = Amount::of_json(&json!(price)).expect("a price");
            condition.see(Tick { price, at_ns }) == Verdict::Fires
        });
        fired.map(|(_, price)| *price).collect()
    }

    #[test]
    fn each_operation_fires_when_it_begins_to_hold_and_again_when_it_had_gone_back() {
        let prices = [99.0, 100.0, 100.5, 101.0, 99.9, 98.0, 100.0, 97.0];
        for (operation, expected) in [
            ("above", &[100.5][..]),
            ("below", &[99.0, 99.9, 97.0]),
            ("equal", &[100.0, 100.0]),
            ("cross-up", &[100.0, 100.0]),
            ("cross-down", &[99.9]),
        ] {
            let payload = json!({"operation": operation, "targetPrice": 100});
            let fired = fires(&mut condition(&payload), &prices);
            assert_eq!(fired, expected, "{operation}");
        }
    }

    #[test]
    fn a_price_that_trembles_at_its_target_fires_once() {
        let trembling = [99.0, 100.1, 99.9, 100.1, 99.5, 100.2, 98.9, 100.0];
        let payload = json!({"operation": "cross-up", "targetPrice": 100, "hysteresis": 1});
        assert_eq!(fires(&mut condition(&payload), &trembling), [100.1, 100.0]);
    }

    #[test]
    fn a_change_counts_within_its_window_and_not_over_a_gap() {
        let payload = json!({"operation": "percent-change", "percent": 10, "windowMs": 3000});
        assert_eq!(fires(&mut condition(&payload), &[100.0, 105.0, 110.0, 112.0]), [110.0]);
        assert_eq!(fires(&mut condition(&payload), &[100.0, 95.0, 90.0]), [90.0]);
        let slow = [100.0, 103.0, 105.0, 107.0, 109.0, 111.0, 113.0];
        assert_eq!(fires(&mut condition(&payload), &slow), [0.0; 0]);
        let mut broken = condition(&payload);
        assert_eq!(fires(&mut broken, &[100.0]), [0.0; 0]);
        broken.gap();
        assert_eq!(fires(&mut broken, &[150.0]), [0.0; 0]);
    }

    #[test]
    fn what_fired_is_remembered_and_old_prices_say_nothing() {
        let payload = json!({"operation": "above", "targetPrice": "100", "maxTriggers": "2"});
        let mut first = condition(&payload);
        assert_eq!(fires(&mut first, &[99.0, 101.0]), [101.0]);
        let settings = Settings { asset: "BTCUSD".into(), ..first.settings.clone() };
        let mut again = Condition::new(settings, first.memory().clone());
        // Still above after a restart: that was told.
        assert_eq!(fires(&mut again, &[102.0, 99.0, 101.0, 99.0, 101.0]), [101.0]);
        assert!(again.is_over());
        let old = Tick { price: Amount::ZERO, at_ns: 1 };
        assert_eq!(condition(&payload).see(old), Verdict::Turned);
        assert_eq!(first.see(old), Verdict::Nothing);
    }

    #[test]
    fn percentages_are_exact_for_prices_of_any_size() {
        let units = Amount::of_units;
        let tenth: Amount = "0.1".parse().expect("a number");
        assert!(changed_by(units(1_000), units(1_001), tenth));
        assert!(!changed_by(units(1_001), units(1_002), tenth));
        let large = units(170_000_000_000_000_000_000_000_000_000_000_000_000);
        assert!(!changed_by(large, large, tenth));
        assert!(changed_by(large, Amount::ZERO, "100".parse().expect("a number")));
    }
}
