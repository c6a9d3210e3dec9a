//! How often an endpoint is tried, and how long is waited in between.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a delivery that failed is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = EventRetryPolicy)]
pub struct Retry {
    /// How often it is tried in all: 1 to 5.
    pub max_attempts: u32,
    /// How long is waited before the second try, in milliseconds: 100 to 60,000.
    pub initial_delay_ms: u32,
    /// By what each wait is longer than the one before: 1 to 10.
    pub backoff_factor: u32,
    /// How long is waited at most, in milliseconds, up to 60,000.
    pub max_delay_ms: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { max_attempts: 5, initial_delay_ms: 1_000, backoff_factor: 2, max_delay_ms: 60_000 }
    }
}

impl Retry {
    /// Whether it is within its bounds.
    pub(super) fn is_bounded(&self) -> bool {
        (1..=5).contains(&self.max_attempts)
            && (100..=60_000).contains(&self.initial_delay_ms)
            && (1..=10).contains(&self.backoff_factor)
            && (self.initial_delay_ms..=60_000).contains(&self.max_delay_ms)
    }

    /// How long is waited after so many tries; none when that was the last one.
    pub fn pause(&self, tried: u32) -> Option<Duration> {
        if tried >= self.max_attempts {
            return None;
        }
        let factor = u64::from(self.backoff_factor).saturating_pow(tried.saturating_sub(1));
        let pause = u64::from(self.initial_delay_ms).saturating_mul(factor);
        Some(Duration::from_millis(pause.min(self.max_delay_ms.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_end_with_the_last_try() {
        let retry = Retry { max_delay_ms: 3_000, ..Retry::default() };
        let pauses = [1, 2, 3, 4, 5].map(|tried| retry.pause(tried).map(|it| it.as_millis()));
        assert_eq!(pauses, [Some(1_000), Some(2_000), Some(3_000), Some(3_000), None]);
        assert!(retry.is_bounded() && !Retry { max_attempts: 6, ..retry }.is_bounded());
    }
}
