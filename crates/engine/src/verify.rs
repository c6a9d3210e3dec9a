//! Replay: every decision made again and compared with the ledger.

use time::OffsetDateTime;

use crate::definition::NodeId;
use crate::fact::Fact;
use crate::run::Run;
use crate::status::{ExecutionStatus, RunStatus};

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
    pub node: Option<NodeId>,
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
pub fn verify<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Replay {
    let mut replay = Replay { steps: Vec::new(), divergence: None, run: Run::default() };
    for fact in facts {
        replay.run.apply(fact);
    }
    replay
}
