//! The scheduler: what a run does next.
//!
//! A node runs when all its parents have settled and at least one of them chose it; when none
//! did, it is skipped. Everything that follows without an effect is decided at once, so that it
//! is one append to the ledger.

use time::OffsetDateTime;

use crate::batch::Batch;
use crate::definition::NodeId;
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::instant;
use crate::json::{Json, within_limits};
use crate::node::{Logic, TASK_SOURCE, TIMED_OUT, is_answer};
use crate::node_state::{NodeState, Phase};
use crate::plan::Index;
use crate::retry::MAX_REPEATS;
use crate::run::Run;
use crate::status::RunStatus;
use crate::stimulus::{Refusal, Start, Stimulus};

/// Starts a run: its first fact, and everything that follows without an effect.
pub fn start(start: Start) -> Vec<Fact> {
    let at = instant::normal(start.at);
    let first = Fact::Started {
        run_id: start.run_id,
        workflow: start.workflow,
        definition: start.definition,
        trigger: start.trigger,
        input: start.input,
        source_run: start.source_run,
        carried: start.carried,
        at,
    };
    let mut run = Run::default();
    run.apply(&first);
    let Some(mut batch) = Batch::of(run, at, start.chance) else { return vec![first] };
    batch.facts.push(first);
    batch.begin_ready();
    batch.conclude()
}

/// What follows from a stimulus: facts that belong into one append, and nothing else changes.
///
/// # Errors
/// Says why the run does not act on it.
pub fn decide(
    run: &Run,
    stimulus: Stimulus,
    at: OffsetDateTime,
    chance: f64,
) -> Result<Vec<Fact>, Refusal> {
    let at = instant::normal(at);
    let decision = Decision { run, at, chance };
    match stimulus {
        Stimulus::EffectSucceeded { node, attempt, result } => {
            decision.succeeded(&node, attempt, result)
        }
        Stimulus::EffectFailed { node, attempt, failure } => {
            decision.failed(&node, attempt, failure.limited())
        }
        Stimulus::EffectInterrupted { node, attempt } => decision.interrupted(&node, attempt),
        Stimulus::TimerDue { node } => decision.due(&node),
        Stimulus::Resume { node, data, source, by } => decision.resumed(&node, data, source, by),
        Stimulus::Cancel { by, reason } => decision.cancelled(by, reason),
    }
}

struct Decision<'a> {
    run: &'a Run,
    at: OffsetDateTime,
    chance: f64,
}

impl<'a> Decision<'a> {
    fn succeeded(&self, id: &NodeId, attempt: u32, result: Json) -> Result<Vec<Fact>, Refusal> {
        let (index, _) = self.in_flight(id, attempt)?;
        let mut batch = self.batch()?;
        match within_limits(&result) {
            Ok(()) => batch.succeed(index, attempt, None, result, None),
            Err(excess) => {
                let message = format!("the node's result {excess}");
                let code = Failure::RESULT_TOO_LARGE;
                let failure = Failure::lasting(code, FailureCategory::Validation, message);
                batch.fail_attempt(index, attempt, failure);
            }
        }
        Ok(batch.conclude())
    }

    fn failed(&self, id: &NodeId, attempt: u32, failure: Failure) -> Result<Vec<Fact>, Refusal> {
        let (index, _) = self.in_flight(id, attempt)?;
        let mut batch = self.batch()?;
        let failure = if failure.category == FailureCategory::Timeout
            && !batch.node(index).repeatable
            && failure.code != Failure::OUTCOME_UNKNOWN
        {
            let told = format!("nobody knows whether it happened: {}", failure.message);
            let failure = Failure { message: told, ..failure };
            Failure { code: Failure::OUTCOME_UNKNOWN.to_owned(), retryable: false, ..failure }
                .limited()
        } else {
            failure
        };
        batch.fail_attempt(index, attempt, failure);
        Ok(batch.conclude())
    }

    fn interrupted(&self, id: &NodeId, attempt: u32) -> Result<Vec<Fact>, Refusal> {
        let (index, state) = self.in_flight(id, attempt)?;
        let repeat = match &state.phase {
            Phase::InFlight { repeat, .. } => repeat.saturating_add(1),
            Phase::Pending
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => 1,
        };
        let mut batch = self.batch()?;
        let reason = if !batch.node(index).repeatable {
            Some("the node says that it must not be repeated".to_owned())
        } else if repeat > MAX_REPEATS {
            Some(format!("it was interrupted {repeat} times, and is not repeated any more"))
        } else if self.run.ending().is_some() {
            Some("the run is ending, and starts nothing again".to_owned())
        } else {
            None
        };
        match reason {
            None => {
                let node = id.clone();
                batch.emit(Fact::EffectRepeated { node, attempt, repeat, at: self.at });
            }
            Some(reason) => {
                let message = format!(
                    "the worker died while it performed the effect, and nobody knows whether it \
                     happened; {reason}. Check at the other side, then retry the run"
                );
                let code = Failure::OUTCOME_UNKNOWN;
                let failure = Failure::lasting(code, FailureCategory::Internal, message);
                batch.fail_attempt(index, attempt, failure);
            }
        }
        Ok(batch.conclude())
    }

    fn due(&self, id: &NodeId) -> Result<Vec<Fact>, Refusal> {
        let (index, state) = self.find(id)?;
        let Some(due_at) = state.due_at() else {
            self.open()?;
            return Err(Refusal::NoTimer { node: id.clone() });
        };
        if self.at < due_at {
            return Err(Refusal::NotDue { node: id.clone(), due_at });
        }
        let mut batch = self.batch()?;
        match &state.phase {
            Phase::Retrying { .. } => batch.attempt(index, state),
            Phase::Delayed { .. } => batch.wake(index, state),
            Phase::Waiting { .. } => batch.expire(index, state),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => return Err(Refusal::NoTimer { node: id.clone() }),
        }
        Ok(batch.conclude())
    }

    fn resumed(
        &self,
        id: &NodeId,
        data: Json,
        source: String,
        by: String,
    ) -> Result<Vec<Fact>, Refusal> {
        let (index, state) = self.find(id)?;
        let node = || id.clone();
        match &state.phase {
            Phase::Waiting { .. } => {}
            Phase::Succeeded { branch: Some(branch), .. } if is_answer(branch) => {
                return Err(Refusal::AlreadyResumed { node: node() });
            }
            Phase::Succeeded { branch: Some(branch), .. } if &**branch == TIMED_OUT => {
                return Err(Refusal::Expired { node: node() });
            }
            Phase::Failed(failure) if failure.code == Failure::TASK_REJECTED => {
                return Err(Refusal::AlreadyResumed { node: node() });
            }
            Phase::Failed(failure) if failure.code == Failure::WAIT_TIMED_OUT => {
                return Err(Refusal::Expired { node: node() });
            }
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => {
                self.open()?;
                return Err(Refusal::NotWaiting { node: node(), status: state.status() });
            }
        }
        within_limits(&data).map_err(Refusal::TooLarge)?;
        let mut batch = self.batch()?;
        if batch.node(index).logic == Some(Logic::ManualTask) && source != TASK_SOURCE {
            return Err(Refusal::OnlyByTask { node: node() });
        }
        batch.resume(index, state, data, source, by);
        Ok(batch.conclude())
    }

    fn cancelled(&self, by: String, reason: Option<String>) -> Result<Vec<Fact>, Refusal> {
        self.open()?;
        if self.run.ending().is_some() {
            return Err(Refusal::Ending);
        }
        let mut batch = self.batch()?;
        batch.emit(Fact::CancelRequested { by, reason, at: self.at });
        batch.cancel_rest();
        Ok(batch.conclude())
    }

    fn find(&self, id: &NodeId) -> Result<(Index, &'a NodeState), Refusal> {
        let head = self.run.head().ok_or(Refusal::NotStarted)?;
        let index = head.definition.plan().index(id.as_str());
        let index = index.ok_or_else(|| Refusal::UnknownNode { node: id.clone() })?;
        Ok((index, self.run.state(index)))
    }

    fn in_flight(&self, id: &NodeId, attempt: u32) -> Result<(Index, &'a NodeState), Refusal> {
        let (index, state) = self.find(id)?;
        if matches!(state.phase, Phase::InFlight { .. }) && state.attempt == attempt {
            return Ok((index, state));
        }
        self.open()?;
        Err(Refusal::NotInFlight { node: id.clone(), attempt })
    }

    /// Refuses when the run has ended.
    fn open(&self) -> Result<(), Refusal> {
        match self.run.status() {
            RunStatus::Running | RunStatus::Waiting if self.run.is_started() => Ok(()),
            RunStatus::Running | RunStatus::Waiting => Err(Refusal::NotStarted),
            status @ (RunStatus::Success | RunStatus::Failure | RunStatus::Cancelled) => {
                Err(Refusal::Ended { status })
            }
        }
    }

    fn batch(&self) -> Result<Batch, Refusal> {
        self.open()?;
        Batch::of(self.run.clone(), self.at, self.chance).ok_or(Refusal::NotStarted)
    }
}
