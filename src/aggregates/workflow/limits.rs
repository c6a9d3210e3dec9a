//! How many runs a workflow may start, how often, and after how many failures it stops by itself.

use serde::{Deserialize, Serialize};

use super::error::Error;

/// After how many failures in a row a workflow stops unless its author says otherwise.
const PAUSE_AFTER_FAILURES: u32 = 5;
/// The most runs of an allotment, refills included: far beyond what one installation keeps.
const MAX_RUNS: u32 = 1_000_000_000;
/// The longest cooldown: 30 days.
const MAX_COOLDOWN_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// The most failures in a row that are waited for: so many runs are looked at after a failure.
const MAX_FAILURES: u32 = 1_000;

/// The limits of a workflow. They hold for whatever version is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// How many runs it may start; any number when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_runs: Option<u32>,
    /// How long its triggers start nothing after a start, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown_ms: Option<u64>,
    /// After how many failed runs in a row its triggers stop; 0: never.
    pub pause_after_failures: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_runs: None, cooldown_ms: None, pause_after_failures: PAUSE_AFTER_FAILURES }
    }
}

impl Limits {
    /// The limits, unless one of them is out of bounds.
    pub(super) fn accepted(self) -> Result<Self, Error> {
        if let Some(runs) = self.max_runs {
            accept_runs("/maxRuns", runs)?;
        }
        if let Some(cooldown) = self.cooldown_ms {
            accept("/cooldownMs", cooldown, 1, MAX_COOLDOWN_MS)?;
        }
        let failures = u64::from(self.pause_after_failures);
        accept("/pauseAfterFailures", failures, 0, u64::from(MAX_FAILURES))?;
        Ok(self)
    }
}

/// A number of runs, unless it is out of bounds.
pub(super) fn accept_runs(place: &'static str, runs: u32) -> Result<(), Error> {
    accept(place, u64::from(runs), 1, u64::from(MAX_RUNS))
}

fn accept(place: &'static str, value: u64, min: u64, max: u64) -> Result<(), Error> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(Error::Limit { place, min, max, value }) }
}

/// What a workflow with a limit may start, and of which allotment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allotment {
    /// The record's version at which the limit was set.
    pub since: u64,
    /// How many runs were added to it since.
    pub refilled: u64,
}
