//! From a run's facts to what it used. Pure.

use std::collections::BTreeMap;

use engine::NodeId;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::catalog::Prices;
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::facts::{self, Fact, Started};
use crate::projections::text::Text;

/// What set a unit's execution off: the start of a run, or a node below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Action,
    Trigger,
}

impl Role {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Trigger => "trigger",
        }
    }
}

/// Where executions are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    pub(super) run_id: &'a str,
    pub(super) day: Date,
    pub(super) node_type: Text<'a>,
    pub(super) role: Role,
    pub(super) prices: u32,
}

/// How many executions there were, and what they cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) executions: i64,
    pub(super) units: i64,
}

/// A run that began.
#[derive(Debug)]
pub(super) struct Birth<'a> {
    pub(super) run_id: &'a str,
    pub(super) organization: String,
    pub(super) workflow_id: Text<'a>,
}

/// What a batch adds.
#[derive(Debug, Default)]
pub(super) struct Used<'a> {
    pub(super) births: Vec<Birth<'a>>,
    pub(super) sums: BTreeMap<Place<'a>, Sum>,
}

impl<'a> Used<'a> {
    /// Folds the next event of the batch; `payload` is its text in the form of today.
    pub(super) fn take(&mut self, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
        match facts::read::<Fact<'a>>(event, payload)? {
            Fact::Started(started) => {
                let Started { workflow, mut definition, at, .. } = *started;
                let run_id = event.aggregate_id.as_str();
                let organization = event.organization.to_string();
                self.births.push(Birth { run_id, organization, workflow_id: workflow.id });
                let root = definition.nodes.remove(&Text::from(NodeId::ROOT));
                let kind = root.map(|node| node.kind).unwrap_or_default();
                self.add(event, kind, Role::Trigger, at);
            }
            Fact::NodeSucceeded { kind, at, .. } | Fact::NodeFailed { kind, at, .. } => {
                self.add(event, kind, Role::Action, at);
            }
            // What was carried over, repeated by the house, skipped or cut off costs nothing.
            Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::RetryScheduled { .. }
            | Fact::FailureHandled {}
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted {}
            | Fact::NodeSkipped { .. }
            | Fact::NodeCancelled { .. }
            | Fact::DelayStarted(_)
            | Fact::WaitOpened(_)
            | Fact::WaitMarked { .. }
            | Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong {}
            | Fact::LimitReached {}
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Failed { .. }
            | Fact::Cancelled { .. } => {}
        }
        Ok(())
    }

    fn add(&mut self, event: &'a Recorded, node_type: Text<'a>, role: Role, at: OffsetDateTime) {
        let prices = Prices::builtin().at(at);
        let price = prices.of(node_type.as_str());
        let day = at.to_offset(UtcOffset::UTC).date();
        let run_id = event.aggregate_id.as_str();
        let place = Place { run_id, day, node_type, role, prices: prices.version };
        let sum = self.sums.entry(place).or_default();
        sum.executions += 1;
        sum.units += i64::from(price);
    }
}
