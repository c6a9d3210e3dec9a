//! The scheduler: what a run does next.
//!
//! A node runs when all its parents have settled and at least one of them chose it; when none
//! did, it is skipped. Everything that follows without an effect is decided at once, so that it
//! is one append to the ledger.

use time::OffsetDateTime;

use crate::batch::Batch;
use crate::fact::{Compensate, Fact};
use crate::failure::{Failure, FailureCategory};
use crate::instant;
use crate::json::{Json, within_limits};
use crate::node::{TIMED_OUT, is_answer};
use crate::node_state::{NodeState, Phase};
use crate::place::Place;
use crate::retry::MAX_REPEATS;
use crate::run::{Run, Spot};
use crate::status::{RunStatus, WaitMark};
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
        parent: start.parent,
        variables: start.variables,
        subject: start.subject,
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
        Stimulus::Mark { node, mark, reason, source, by } => {
            decision.marked(&node, mark, reason, (&source, by))
        }
        Stimulus::Cancel { by, reason, compensate } => decision.cancelled(by, reason, compensate),
        Stimulus::Pause { by, reason } => decision.paused(by, reason),
        Stimulus::Unpause { by } => decision.unpaused(by),
    }
}

struct Decision<'a> {
    run: &'a Run,
    at: OffsetDateTime,
    chance: f64,
}

impl<'a> Decision<'a> {
    fn succeeded(&self, id: &Place, attempt: u32, result: Json) -> Result<Vec<Fact>, Refusal> {
        let (spot, _) = self.in_flight(id, attempt)?;
        let mut batch = self.batch()?;
        match within_limits(&result) {
            Ok(()) => batch.succeed(spot, attempt, None, result, None),
            Err(excess) => {
                batch.fail_attempt(spot, attempt, Failure::result_too_large(excess));
            }
        }
        Ok(batch.conclude())
    }

    fn failed(&self, id: &Place, attempt: u32, failure: Failure) -> Result<Vec<Fact>, Refusal> {
        let (spot, _) = self.in_flight(id, attempt)?;
        let mut batch = self.batch()?;
        let failure = if failure.category == FailureCategory::Timeout
            && !batch.node(spot).repeatable
            && failure.code != Failure::OUTCOME_UNKNOWN
        {
            let told = format!("nobody knows whether it happened: {}", failure.message);
            let failure = Failure { message: told, ..failure };
            Failure { code: Failure::OUTCOME_UNKNOWN.to_owned(), retryable: false, ..failure }
                .limited()
        } else {
            failure
        };
        batch.fail_attempt(spot, attempt, failure);
        Ok(batch.conclude())
    }

    fn interrupted(&self, id: &Place, attempt: u32) -> Result<Vec<Fact>, Refusal> {
        let (spot, state) = self.in_flight(id, attempt)?;
        let repeat = if let Phase::InFlight { repeat, .. } = &state.phase {
            repeat.saturating_add(1)
        } else {
            1
        };
        let mut batch = self.batch()?;
        let reason = if !batch.node(spot).repeatable {
            Some("the node says that it must not be repeated".to_owned())
        } else if repeat > MAX_REPEATS {
            Some(format!("it was interrupted {repeat} times, and is not repeated any more"))
        } else if self.run.ending().is_some() && batch.node(spot).compensates.is_none() {
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
                batch.fail_attempt(spot, attempt, failure);
            }
        }
        Ok(batch.conclude())
    }

    fn due(&self, id: &Place) -> Result<Vec<Fact>, Refusal> {
        let (spot, state) = self.find(id)?;
        let Some(due_at) = state.due_at() else {
            self.open()?;
            return Err(Refusal::NoTimer { node: id.clone() });
        };
        if self.at < due_at {
            return Err(Refusal::NotDue { node: id.clone(), due_at });
        }
        let mut batch = self.batch()?;
        // What is due at the run's own end is the run's end.
        if self.run.ending().is_none() && self.at >= batch.deadline() {
            return Ok(batch.conclude());
        }
        if self.run.paused.is_some() {
            return Err(Refusal::Paused);
        }
        if let Phase::Retrying { .. } = &state.phase {
            batch.attempt(spot, state);
        } else if let Phase::Delayed { .. } = &state.phase {
            batch.wake(spot, state);
        } else {
            batch.expire(spot, state);
        }
        Ok(batch.conclude())
    }

    fn resumed(
        &self,
        id: &Place,
        data: Json,
        source: String,
        by: String,
    ) -> Result<Vec<Fact>, Refusal> {
        let (spot, state) = self.find(id)?;
        let node = || id.clone();
        if !matches!(state.phase, Phase::Waiting { .. }) {
            let failed_by = |code| state.failure().is_some_and(|failure| failure.code == code);
            return Err(match state.branch() {
                Some(branch) if is_answer(branch) => Refusal::AlreadyResumed { node: node() },
                Some(TIMED_OUT) => Refusal::Expired { node: node() },
                Some(_) | None if failed_by(Failure::WAIT_TIMED_OUT) => {
                    Refusal::Expired { node: node() }
                }
                Some(_) | None if failed_by(Failure::TASK_REJECTED) => {
                    Refusal::AlreadyResumed { node: node() }
                }
                Some(_) | None => {
                    self.open()?;
                    Refusal::NotWaiting { node: node(), status: state.status() }
                }
            });
        }
        if let Some(by) = self.run.resumed_by(id).filter(|by| *by != source) {
            return Err(Refusal::NotYours { node: node(), by });
        }
        within_limits(&data).map_err(Refusal::TooLarge)?;
        let mut batch = self.batch()?;
        batch.resume(spot, state, data, source, by);
        Ok(batch.conclude())
    }

    /// Only where the node is resumed from is known for what it waits. What was said before is said once.
    fn marked(
        &self,
        id: &Place,
        mark: WaitMark,
        reason: Option<String>,
        (source, by): (&str, String),
    ) -> Result<Vec<Fact>, Refusal> {
        let (_, state) = self.find(id)?;
        let Phase::Waiting { mark: before, .. } = &state.phase else {
            self.open()?;
            return Err(Refusal::NotWaiting { node: id.clone(), status: state.status() });
        };
        match self.run.resumed_by(id) {
            Some(by) if by == source => {}
            Some(by) => return Err(Refusal::NotYours { node: id.clone(), by }),
            None => return Err(Refusal::NotYours { node: id.clone(), by: "trigger" }),
        }
        if *before == mark {
            return Ok(Vec::new());
        }
        let mut batch = self.batch()?;
        batch.emit(Fact::WaitMarked { node: id.clone(), mark, reason, by, at: self.at });
        Ok(batch.conclude())
    }

    fn cancelled(
        &self,
        by: String,
        reason: Option<String>,
        compensate: Compensate,
    ) -> Result<Vec<Fact>, Refusal> {
        self.open()?;
        if self.run.ending().is_some() {
            return Err(Refusal::Ending);
        }
        let mut batch = self.batch()?;
        batch.emit(Fact::CancelRequested { by, reason, compensate, at: self.at });
        batch.cancel_rest();
        Ok(batch.conclude())
    }

    fn paused(&self, by: String, reason: Option<String>) -> Result<Vec<Fact>, Refusal> {
        self.open()?;
        if self.run.ending().is_some() {
            return Err(Refusal::Ending);
        }
        if self.run.paused.is_some() {
            return Err(Refusal::Paused);
        }
        let mut batch = self.batch()?;
        batch.emit(Fact::Paused { by, reason, at: self.at });
        Ok(batch.conclude())
    }

    fn unpaused(&self, by: String) -> Result<Vec<Fact>, Refusal> {
        self.open()?;
        if self.run.paused.is_none() {
            return Err(Refusal::NotPaused);
        }
        let mut batch = self.batch()?;
        batch.emit(Fact::Unpaused { by, at: self.at });
        batch.begin_ready();
        Ok(batch.conclude())
    }

    fn find(&self, place: &Place) -> Result<(Spot, &'a NodeState), Refusal> {
        self.run.head().ok_or(Refusal::NotStarted)?;
        let spot = self.run.spot(place);
        let found = spot.and_then(|spot| Some((spot, self.run.find(spot)?)));
        found.ok_or_else(|| Refusal::UnknownNode { node: place.clone() })
    }

    fn in_flight(&self, id: &Place, attempt: u32) -> Result<(Spot, &'a NodeState), Refusal> {
        let (spot, state) = self.find(id)?;
        if matches!(state.phase, Phase::InFlight { .. }) && state.attempt == attempt {
            return Ok((spot, state));
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
