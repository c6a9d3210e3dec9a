//! Latencies, as the figures that are quoted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Latencies in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the unit belongs into the name")]
pub(super) struct Percentiles {
    /// Half were faster.
    pub(super) p50_ms: f64,
    /// Nine in ten were faster.
    pub(super) p90_ms: f64,
    /// Ninety-nine in a hundred were faster.
    pub(super) p99_ms: f64,
    /// The slowest.
    pub(super) max_ms: f64,
}

impl Percentiles {
    /// The percentiles of what was measured; `None` of nothing.
    pub(super) fn of(mut latencies: Vec<Duration>) -> Option<Self> {
        latencies.sort_unstable();
        let last = latencies.len().checked_sub(1)?;
        let at = |permille: usize| latencies[last * permille / 1_000].as_secs_f64() * 1_000.0;
        Some(Self { p50_ms: at(500), p90_ms: at(900), p99_ms: at(990), max_ms: at(1_000) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_read_off_the_sorted_latencies() {
        let latencies = (0..=100).rev().map(Duration::from_millis).collect();
        let percentiles = Percentiles::of(latencies).expect("there are some");
        let expected = Percentiles { p50_ms: 50.0, p90_ms: 90.0, p99_ms: 99.0, max_ms: 100.0 };
        assert_eq!(percentiles, expected);
        assert_eq!(Percentiles::of(Vec::new()), None);
    }
}
