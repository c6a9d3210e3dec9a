//! Replay: every decision made again and compared with the ledger.
//!
//! The facts of a run are batches: one follows from the start, each other from something that
//! happened outside. What happened outside can be told from the first fact of its batch; so the
//! whole batch can be decided again, every branch, expression and result in it, and compared fact
//! by fact.

use std::collections::VecDeque;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::decide::{decide, start};
use crate::fact::Fact;
use crate::node_state::{NodeState, Phase};
use crate::place::Place;
use crate::run::Run;
use crate::status::{ExecutionStatus, RunStatus};
use crate::stimulus::{Start, Stimulus};

/// What a replay found.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// One step a fact, in order.
    pub steps: Vec<Step>,
    /// The first place where the ledger says something else than the engine decides.
    pub divergence: Option<Divergence>,
    /// The run after the last fact.
    pub run: Run,
}

/// What one fact changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The fact's place in its stream, from 1.
    pub sequence: u64,
    /// The fact's name.
    pub name: &'static str,
    /// The node that it is about.
    pub node: Option<Place>,
    /// The node's status before and after.
    pub node_change: Option<(ExecutionStatus, ExecutionStatus)>,
    /// The run's status before and after.
    pub run_change: (RunStatus, RunStatus),
    /// When it happened.
    pub at: OffsetDateTime,
}

/// Where ledger and engine part.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// The place in the stream, from 1.
    pub sequence: u64,
    /// What the engine decides there; none when nothing leads to the recorded fact.
    pub expected: Option<Fact>,
    /// What the ledger holds there; none when it ends too early.
    pub recorded: Option<Fact>,
}

/// Folds the facts of one run and makes every decision in them again.
///
/// What came from outside, as the result of an effect, is taken as recorded; everything that was
/// decided from it must be what the engine decides.
pub fn verify<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Replay {
    let mut replay = Replay { steps: Vec::new(), divergence: None, run: Run::default() };
    let mut expected = VecDeque::new();
    let mut sequence = 0;
    for fact in facts {
        sequence += 1;
        if replay.divergence.is_none() {
            if expected.is_empty() {
                expected = decide_again(&replay.run, fact);
            }
            replay.divergence = compare(expected.pop_front(), fact, sequence);
        }
        replay.step(fact, sequence);
    }
    if let (None, Some(next)) = (&replay.divergence, expected.pop_front()) {
        let expected = Some(next.earliest);
        replay.divergence = Some(Divergence { sequence: sequence + 1, expected, recorded: None });
    }
    replay
}

/// A fact that must come next. Chance moves the time of a retry, within bounds: then the fact
/// lies between two.
struct Expected {
    earliest: Fact,
    latest: Fact,
}

impl Replay {
    fn step(&mut self, fact: &Fact, sequence: u64) {
        let node = fact.place();
        let status = |run: &Run| node.and_then(|node| run.node(node)).map(NodeState::status);
        let before = (status(&self.run), self.run.status());
        self.run.apply(fact);
        let after = (status(&self.run), self.run.status());
        self.steps.push(Step {
            sequence,
            name: fact.name(),
            node: node.cloned(),
            node_change: before.0.zip(after.0),
            run_change: (before.1, after.1),
            at: fact.at(),
        });
    }
}

fn compare(expected: Option<Expected>, recorded: &Fact, sequence: u64) -> Option<Divergence> {
    let expected = match expected {
        Some(expected) if expected.admits(recorded) => return None,
        Some(expected) => Some(expected.earliest),
        None => None,
    };
    Some(Divergence { sequence, expected, recorded: Some(recorded.clone()) })
}

impl Expected {
    fn admits(&self, recorded: &Fact) -> bool {
        let Fact::RetryScheduled { node, attempt, due_at, at } = recorded else {
            return self.earliest == *recorded;
        };
        let with = |other: &Fact| {
            if let Fact::RetryScheduled { due_at, node: id, attempt: next, at: then } = other {
                (id == node && next == attempt && then == at).then_some(*due_at)
            } else {
                None
            }
        };
        match (with(&self.earliest), with(&self.latest)) {
            (Some(earliest), Some(latest)) => (earliest..=latest).contains(due_at),
            (None, _) | (_, None) => false,
        }
    }
}

/// The batch that begins with a recorded fact, decided again.
fn decide_again(run: &Run, first: &Fact) -> VecDeque<Expected> {
    let decided = |chance| match cause_of(run, first) {
        Some(Cause::Start(from)) => start(Start { chance, ..*from }),
        Some(Cause::Stimulus(stimulus)) => {
            decide(run, stimulus, first.at(), chance).unwrap_or_default()
        }
        None => Vec::new(),
    };
    // Chance 0 takes all of the jitter away from an interval, and chance 1 none.
    let pairs = decided(0.0).into_iter().zip(decided(1.0));
    pairs.map(|(earliest, latest)| Expected { earliest, latest }).collect()
}

/// What a batch follows from.
enum Cause {
    Start(Box<Start>),
    Stimulus(Stimulus),
}

/// What must have happened for a batch to begin with this fact; none when no batch does.
fn cause_of(run: &Run, first: &Fact) -> Option<Cause> {
    let stimulus = match first {
        Fact::Started { .. } => return start_of(run, first),
        Fact::NodeStarted { node, .. } | Fact::WaitTimedOut { node, .. } => {
            Stimulus::TimerDue { node: node.clone() }
        }
        Fact::EffectRepeated { node, attempt, .. } => {
            Stimulus::EffectInterrupted { node: node.clone(), attempt: *attempt }
        }
        Fact::NodeSucceeded { node, attempt, result, .. } => {
            let node = node.clone();
            if is_in_flight(run, &node) {
                let result = Arc::clone(result);
                Stimulus::EffectSucceeded { node, attempt: *attempt, result }
            } else {
                Stimulus::TimerDue { node }
            }
        }
        // An interruption that is not repeated is recorded as a failure, and fails again as one.
        Fact::NodeFailed { node, attempt, failure, .. } => Stimulus::EffectFailed {
            node: node.clone(),
            attempt: *attempt,
            failure: failure.clone(),
        },
        Fact::WaitResumed { node, data, source, by, .. } => Stimulus::Resume {
            node: node.clone(),
            data: Arc::clone(data),
            source: source.clone(),
            by: by.clone(),
        },
        Fact::WaitMarked { node, mark, reason, by, .. } => Stimulus::Mark {
            node: node.clone(),
            mark: *mark,
            reason: reason.clone(),
            source: run.resumed_by(node).unwrap_or_default().to_owned(),
            by: by.clone(),
        },
        Fact::CancelRequested { by, reason, compensate, .. } => {
            Stimulus::Cancel { by: by.clone(), reason: reason.clone(), compensate: *compensate }
        }
        Fact::Paused { by, reason, .. } => {
            Stimulus::Pause { by: by.clone(), reason: reason.clone() }
        }
        Fact::Unpaused { by, .. } => Stimulus::Unpause { by: by.clone() },
        // The run's time is over when some timer of it is due.
        Fact::LimitReached { at, .. } => {
            let (node, _) = run.timers().find(|(_, due_at)| due_at <= at)?;
            Stimulus::TimerDue { node }
        }
        Fact::RetryScheduled { .. }
        | Fact::FailureHandled { .. }
        | Fact::LoopStarted { .. }
        | Fact::IterationStarted { .. }
        | Fact::HistoryGrewLong { .. }
        | Fact::CompensationStarted { .. }
        | Fact::CompensationEnded { .. }
        | Fact::EventEmitted { .. }
        | Fact::NodeSkipped { .. }
        | Fact::NodeCancelled { .. }
        | Fact::DelayStarted { .. }
        | Fact::WaitOpened { .. }
        | Fact::Succeeded { .. }
        | Fact::Failed { .. }
        | Fact::Cancelled { .. } => return None,
    };
    Some(Cause::Stimulus(stimulus))
}

fn is_in_flight(run: &Run, node: &Place) -> bool {
    run.node(node).is_some_and(|state| matches!(state.phase, Phase::InFlight { .. }))
}

fn start_of(run: &Run, first: &Fact) -> Option<Cause> {
    let Fact::Started {
        run_id,
        workflow,
        definition,
        trigger,
        input,
        source_run,
        carried,
        parent,
        variables,
        subject,
        at,
    } = first
    else {
        return None;
    };
    (!run.is_started()).then(|| {
        Cause::Start(Box::new(Start {
            definition: Arc::clone(definition),
            workflow: workflow.clone(),
            trigger: trigger.clone(),
            input: Arc::clone(input),
            run_id: run_id.clone(),
            source_run: source_run.clone(),
            carried: carried.clone(),
            parent: parent.clone(),
            variables: variables.clone(),
            subject: subject.clone(),
            at: *at,
            chance: 0.0,
        }))
    })
}
