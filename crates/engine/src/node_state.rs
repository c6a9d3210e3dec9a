//! Where one node of a run stands.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::definition::NodeId;
use crate::fact::Carried;
use crate::failure::Failure;
use crate::frame::Turns;
use crate::json::Json;
use crate::remedy::Remedy;
use crate::status::{ExecutionStatus, WaitMark};

/// Where one node of a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeState {
    pub(crate) phase: Phase,
    pub(crate) attempt: u32,
    /// Which idempotency key the next attempt uses, from 1.
    pub(crate) generation: u32,
    pub(crate) input: Option<Json>,
    #[serde(with = "crate::instant::option")]
    pub(crate) started_at: Option<OffsetDateTime>,
    #[serde(with = "crate::instant::option")]
    pub(crate) finished_at: Option<OffsetDateTime>,
    pub(crate) unsettled_parents: u32,
    /// How many of its settled parents chose it; the beginning of an iteration counts as one.
    pub(crate) chosen_by: u32,
    /// The iterations of a loop that has begun. They stay when the loop is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) turns: Option<Arc<Turns>>,
}

/// The stations of a node, each with what only it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Phase {
    Pending,
    InFlight {
        idempotency_key: Arc<str>,
        timeout_ms: u64,
        repeat: u32,
    },
    Retrying {
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
        failure: Option<Arc<Failure>>,
    },
    Delayed {
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
    },
    Waiting {
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
        #[serde(default = "for_itself")]
        mark: WaitMark,
    },
    /// The root, from the start on: its result is the trigger.
    Triggered,
    Succeeded {
        result: Json,
        branch: Option<Arc<str>>,
    },
    Failed(Arc<Failure>),
    /// It failed, and what the author wanted to follow follows.
    Handled {
        failure: Arc<Failure>,
        remedy: Remedy,
    },
    /// A loop whose iterations are under way.
    Looping,
    /// A compensation that is not needed so far.
    Reserved,
    Skipped,
    Cancelled,
}

/// What a wait waits for of which nothing else was said.
const fn for_itself() -> WaitMark {
    WaitMark::Waiting
}

impl NodeState {
    /// Where the node stands.
    pub fn status(&self) -> ExecutionStatus {
        match &self.phase {
            Phase::Pending => ExecutionStatus::Pending,
            Phase::InFlight { .. } | Phase::Looping => ExecutionStatus::Running,
            Phase::Retrying { .. } | Phase::Delayed { .. } => ExecutionStatus::Scheduled,
            Phase::Waiting { mark: WaitMark::Waiting, .. } => ExecutionStatus::Waiting,
            Phase::Waiting { mark: WaitMark::AutoSwapping, .. } => ExecutionStatus::AutoSwapping,
            Phase::Triggered | Phase::Succeeded { .. } => ExecutionStatus::Success,
            Phase::Failed(_) | Phase::Handled { .. } => ExecutionStatus::Failure,
            Phase::Skipped | Phase::Reserved => ExecutionStatus::Skipped,
            Phase::Cancelled => ExecutionStatus::Cancelled,
        }
    }

    /// How many attempts have begun.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The resolved payload of the last attempt.
    pub fn input(&self) -> Option<&Json> {
        self.input.as_ref()
    }

    /// What the node gave, once it has succeeded. The root's is [`Trigger::result`](crate::Trigger::result).
    pub fn result(&self) -> Option<&Json> {
        if let Phase::Succeeded { result, .. } = &self.phase { Some(result) } else { None }
    }

    /// Which of its branches the node chose.
    pub fn branch(&self) -> Option<&str> {
        if let Phase::Succeeded { branch, .. } = &self.phase { branch.as_deref() } else { None }
    }

    /// Why the node failed, or why it is being retried.
    pub fn failure(&self) -> Option<&Failure> {
        if let Phase::Failed(failure)
        | Phase::Handled { failure, .. }
        | Phase::Retrying { failure: Some(failure), .. } = &self.phase
        {
            Some(failure)
        } else {
            None
        }
    }

    /// Whether the node failed, and the run went on as its author wants.
    pub fn is_handled(&self) -> bool {
        matches!(self.phase, Phase::Handled { .. })
    }

    /// When its delay, its next attempt or its wait's end is due.
    pub fn due_at(&self) -> Option<OffsetDateTime> {
        if let Phase::Retrying { due_at, .. }
        | Phase::Delayed { due_at }
        | Phase::Waiting { due_at, .. } = &self.phase
        {
            Some(*due_at)
        } else {
            None
        }
    }

    /// When its last attempt began.
    pub fn started_at(&self) -> Option<OffsetDateTime> {
        self.started_at
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<OffsetDateTime> {
        self.finished_at
    }

    pub(crate) fn pending(unsettled_parents: u32) -> Self {
        Self {
            phase: Phase::Pending,
            attempt: 0,
            generation: 1,
            input: None,
            started_at: None,
            finished_at: None,
            unsettled_parents,
            chosen_by: 0,
            turns: None,
        }
    }

    pub(crate) fn reserved() -> Self {
        Self { phase: Phase::Reserved, ..Self::pending(0) }
    }

    /// Whether the node has not begun and need not wait any longer: every parent has settled, or
    /// as many have chosen it as it `needs`.
    pub(crate) fn is_ready(&self, needs: Option<u32>) -> bool {
        let is_decided =
            self.unsettled_parents == 0 || needs.is_some_and(|needs| self.chosen_by >= needs);
        is_decided && self.phase == Phase::Pending
    }

    /// Whether this node, settled, leads to a child that stands under `branch`.
    pub(crate) fn chooses(&self, branch: Option<&str>) -> bool {
        match (&self.phase, branch) {
            (Phase::Succeeded { branch: Some(chosen), .. }, Some(branch)) => **chosen == *branch,
            (
                Phase::Triggered
                | Phase::Succeeded { .. }
                | Phase::Handled { remedy: Remedy::Continue, .. },
                _,
            ) => true,
            (
                Phase::Pending
                | Phase::InFlight { .. }
                | Phase::Retrying { .. }
                | Phase::Delayed { .. }
                | Phase::Waiting { .. }
                | Phase::Looping
                | Phase::Reserved
                | Phase::Failed(_)
                | Phase::Handled { remedy: Remedy::Fallback { .. } | Remedy::Stop, .. }
                | Phase::Skipped
                | Phase::Cancelled,
                _,
            ) => false,
        }
    }

    /// Whether this node failed and leads to that one instead of its children.
    pub(crate) fn falls_back_to(&self, node: &NodeId) -> bool {
        matches!(&self.phase, Phase::Handled { remedy: Remedy::Fallback { node: other }, .. } if other == node)
    }

    pub(crate) fn carried(&self) -> Option<Carried> {
        if let Phase::Succeeded { result, branch } = &self.phase {
            let (input, result) = (self.input.clone(), Arc::clone(result));
            return Some(Carried::Succeeded { input, result, branch: branch.clone() });
        }
        if self.phase == Phase::Skipped {
            return Some(Carried::Skipped {});
        }
        if let Phase::Handled { failure, remedy } = &self.phase {
            let (failure, remedy) = ((**failure).clone(), remedy.clone());
            return Some(Carried::Handled { input: self.input.clone(), failure, remedy });
        }
        let begun = self.turns.as_ref().and(self.input.clone());
        begun.map(|input| Carried::Looping { input })
    }

    pub(crate) fn take_over(&mut self, carried: &Carried) {
        match carried {
            Carried::Succeeded { input, result, branch } => {
                self.input.clone_from(input);
                self.phase =
                    Phase::Succeeded { result: Arc::clone(result), branch: branch.clone() };
            }
            Carried::Skipped {} => self.phase = Phase::Skipped,
            Carried::Handled { input, failure, remedy } => {
                self.input.clone_from(input);
                let (failure, remedy) = (Arc::new(failure.clone()), remedy.clone());
                self.phase = Phase::Handled { failure, remedy };
            }
            // The loop begins again; which of its iterations are taken over is seen then.
            Carried::Looping { .. } => {}
        }
    }

    pub(crate) fn end(&mut self, at: OffsetDateTime, input: Option<&Json>) {
        if let Some(input) = input {
            self.input = Some(Arc::clone(input));
        }
        self.started_at.get_or_insert(at);
        self.finished_at = Some(at);
    }

    pub(crate) fn fail(&mut self, failure: &Failure) {
        if !failure.leaves_outcome_unknown() {
            self.generation = self.generation.saturating_add(1);
        }
        self.phase = Phase::Failed(Arc::new(failure.clone()));
    }

    pub(crate) fn handle(&mut self, remedy: &Remedy) {
        if let Phase::Failed(failure) = &self.phase {
            let (failure, remedy) = (Arc::clone(failure), remedy.clone());
            self.phase = Phase::Handled { failure, remedy };
        }
    }

    pub(crate) fn retry_at(&mut self, due_at: OffsetDateTime) {
        let failure =
            if let Phase::Failed(failure) = &self.phase { Some(Arc::clone(failure)) } else { None };
        self.finished_at = None;
        self.phase = Phase::Retrying { due_at, failure };
    }

    pub(crate) fn sleep(&mut self, at: OffsetDateTime, input: &Json, phase: Phase) {
        self.attempt = 1;
        self.input = Some(Arc::clone(input));
        self.started_at = Some(at);
        self.phase = phase;
    }
}
