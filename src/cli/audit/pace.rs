//! How far a walk over the whole ledger is, for people.

use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

/// A bar in this style; for programs, none that is seen.
pub(in crate::cli) fn bar(json: bool, style: &str) -> ProgressBar {
    let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}

/// Shows how far it is, how fast, and what is left at that rate.
pub(in crate::cli) fn show(bar: &ProgressBar, (done, total): (u64, u64), rate: f64) {
    bar.set_length(total);
    bar.set_position(done);
    if rate > 0.0 {
        #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
        let left = Duration::from_secs_f64(total.saturating_sub(done) as f64 / rate);
        bar.set_message(format!("{rate:.0}/s, {} left", HumanDuration(left)));
    }
}

/// Events a second.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
pub(in crate::cli) fn rate(events: u64, taken: Duration) -> f64 {
    events as f64 / taken.as_secs_f64().max(0.001)
}
