//! Retry policies and time-outs: their bounds.

use super::all::{Checks, at};
use crate::definition::{Node, NodeId, RetryPolicy};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings};
use crate::pointer::below;
use crate::retry::MAX_INTERVAL_MS;

/// How many attempts a policy may ask for.
const MAX_ATTEMPTS: u32 = 100;
/// By what an interval may grow each time.
const MAX_MULTIPLIER: f64 = 100.0;
/// How many codes a policy may name in one list.
const MAX_CODES: usize = 100;

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    for (id, node) in &checks.definition.nodes {
        check_timeout(id, node, findings);
        if let Some(policy) = &node.retry_policy {
            check_policy(id, policy, findings);
        }
    }
}

fn check_timeout(id: &NodeId, node: &Node, findings: &mut Findings) {
    let is_bounded = |timeout: &u64| (1..=Node::MAX_TIMEOUT_MS).contains(timeout);
    if let Some(timeout) = node.timeout_ms.filter(|timeout| !is_bounded(timeout)) {
        findings.report(|| {
            let message = format!(
                "must be from 1 to {} milliseconds, and is {timeout}; what takes longer is a wait",
                Node::MAX_TIMEOUT_MS
            );
            Diagnostic::of(id, at(id, "timeoutMs"), DiagnosticCode::InvalidTimeout, message)
        });
    }
}

fn check_policy(id: &NodeId, policy: &RetryPolicy, findings: &mut Findings) {
    let mut require = |holds: bool, field: &str, message: &dyn Fn() -> String| {
        if !holds {
            findings.report(|| {
                let path = below(&at(id, "retryPolicy"), field);
                Diagnostic::of(id, path, DiagnosticCode::InvalidRetryPolicy, message())
            });
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "far above the limit nothing is told apart")]
    let (initial, most) = (policy.initial_interval as f64, policy.max_interval as f64);
    require((1..=MAX_ATTEMPTS).contains(&policy.max_attempts), "maxAttempts", &|| {
        format!("must be from 1 to {MAX_ATTEMPTS}, and is {}", policy.max_attempts)
    });
    require((1.0..=MAX_INTERVAL_MS).contains(&initial), "initialInterval", &|| {
        format!("must be from 1 to {MAX_INTERVAL_MS} milliseconds (a day), and is {initial}")
    });
    require((1.0..=MAX_INTERVAL_MS).contains(&most), "maxInterval", &|| {
        format!("must be from 1 to {MAX_INTERVAL_MS} milliseconds (a day), and is {most}")
    });
    require(initial <= most, "maxInterval", &|| {
        format!("must not be less than initialInterval, {initial}, and is {most}")
    });
    let multiplier = policy.backoff_multiplier;
    require((1.0..=MAX_MULTIPLIER).contains(&multiplier), "backoffMultiplier", &|| {
        format!("must be from 1 to {MAX_MULTIPLIER}, and is {multiplier}")
    });
    require((0.0..=1.0).contains(&policy.jitter), "jitter", &|| {
        format!("must be from 0 to 1, and is {}", policy.jitter)
    });
    for (field, codes) in [
        ("retryableErrors", &policy.retryable_errors),
        ("nonRetryableErrors", &policy.non_retryable_errors),
    ] {
        require(codes.len() <= MAX_CODES, field, &|| format!("names at most {MAX_CODES} codes"));
    }
}
