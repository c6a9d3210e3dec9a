//! What a retry of a failed run would do.

use serde::Serialize;

use crate::fact::Carried;
use crate::place::Place;
use crate::run::Run;
use crate::status::{ExecutionStatus, RunStatus};

/// How many places are named; a run may have thousands.
const MAX_NAMED: usize = 50;

/// What a retry of a failed run would take over, and where it would begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retrial {
    /// How many executions are taken over and not executed again.
    pub taken_over: usize,
    /// What failed, was undone or was cut off while it was under way, and is executed first: up to
    /// fifty places.
    pub begins_with: Vec<Place>,
    /// Among these, effects of which nobody knows whether they have happened. They are performed
    /// again under the idempotency key of the new run: look at the other side first.
    pub outcome_unknown: Vec<Place>,
}

impl Run {
    /// What a retry would do; none while the run has not failed.
    pub fn retrial(&self) -> Option<Retrial> {
        if self.status() != RunStatus::Failure {
            return None;
        }
        let carried = self.carry();
        let taken_over =
            carried.values().filter(|taken| !matches!(taken, Carried::Looping { .. })).count();
        let mut begins_with = Vec::new();
        let mut outcome_unknown = Vec::new();
        for (place, state) in self.nodes() {
            let has_begun = state.started_at().is_some() && state.turns.is_none();
            let is_open = match state.status() {
                ExecutionStatus::Failure | ExecutionStatus::Cancelled => has_begun,
                // What was done and is not taken over was undone.
                ExecutionStatus::Success => {
                    self.spot(&place).is_some_and(|spot| self.was_undone(spot))
                }
                ExecutionStatus::Pending
                | ExecutionStatus::Running
                | ExecutionStatus::Skipped
                | ExecutionStatus::Waiting
                | ExecutionStatus::Scheduled
                | ExecutionStatus::AutoSwapping => false,
            };
            if !is_open || carried.contains_key(&place) || begins_with.len() >= MAX_NAMED {
                continue;
            }
            if state.failure().is_some_and(crate::failure::Failure::leaves_outcome_unknown) {
                outcome_unknown.push(place.clone());
            }
            begins_with.push(place);
        }
        Some(Retrial { taken_over, begins_with, outcome_unknown })
    }
}
