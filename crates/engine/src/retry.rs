//! Whether a failed attempt is repeated, and when.

use time::Duration;

use crate::definition::{RetryPolicy, Strategy};
use crate::failure::Failure;
use crate::plan::Planned;

/// How often an attempt that was interrupted is performed again with its key.
///
/// An interruption is a worker's death; more than five at the same effect mean that the effect
/// itself kills workers.
pub const MAX_REPEATS: u32 = 5;

/// Whether another attempt follows a failed one.
pub(crate) fn is_retried(node: &Planned, attempt: u32, failure: &Failure) -> bool {
    let Some(policy) = &node.retry_policy else { return false };
    // Nobody knows whether it happened: another attempt might make it happen twice.
    if failure.leaves_outcome_unknown() && !node.repeatable {
        return false;
    }
    let named = |codes: &[String]| codes.contains(&failure.code);
    attempt < policy.max_attempts
        && failure.code != Failure::OUTCOME_UNKNOWN
        && !named(&policy.non_retryable_errors)
        && (failure.retryable || named(&policy.retryable_errors))
}

/// How long to wait after a failed attempt. The share `jitter` of the interval is left to
/// `chance`, from 0 to 1; the interval never exceeds its maximum.
pub(crate) fn back_off(policy: &RetryPolicy, attempt: u32, chance: f64) -> Duration {
    let growth = match policy.strategy {
        Strategy::Fixed => 1.0,
        Strategy::Exponential => {
            let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
            policy.backoff_multiplier.max(1.0).powi(exponent)
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "intervals are bounded far below 2^52 ms")]
    let (initial, most) = (policy.initial_interval as f64, policy.max_interval as f64);
    let interval = (initial * growth).min(most).clamp(0.0, MAX_INTERVAL_MS);
    let jitter = unit(policy.jitter);
    let chosen = interval * (1.0 - jitter + jitter * unit(chance));
    #[expect(clippy::cast_possible_truncation, reason = "clamped to a day")]
    Duration::microseconds((chosen * 1_000.0) as i64)
}

/// The longest interval that a policy may ask for: a day.
pub(crate) const MAX_INTERVAL_MS: f64 = 86_400_000.0;

/// A share from 0 to 1, whatever was given.
fn unit(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}
