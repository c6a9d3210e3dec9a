//! Where one node of a run stands.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::fact::Carried;
use crate::failure::Failure;
use crate::json::Json;
use crate::status::ExecutionStatus;

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
    /// Whether a settled parent chose it.
    pub(crate) chosen: bool,
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
    },
    /// The root, from the start on: its result is the trigger.
    Triggered,
    Succeeded {
        result: Json,
        branch: Option<Arc<str>>,
    },
    Failed(Arc<Failure>),
    Skipped,
    Cancelled,
}

impl NodeState {
    /// Where the node stands.
    pub fn status(&self) -> ExecutionStatus {
        match &self.phase {
            Phase::Pending => ExecutionStatus::Pending,
            Phase::InFlight { .. } => ExecutionStatus::Running,
            Phase::Retrying { .. } | Phase::Delayed { .. } => ExecutionStatus::Scheduled,
            Phase::Waiting { .. } => ExecutionStatus::Waiting,
            Phase::Triggered | Phase::Succeeded { .. } => ExecutionStatus::Success,
            Phase::Failed(_) => ExecutionStatus::Failure,
            Phase::Skipped => ExecutionStatus::Skipped,
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
        match &self.phase {
            Phase::Succeeded { result, .. } => Some(result),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => None,
        }
    }

    /// Which of its branches the node chose.
    pub fn branch(&self) -> Option<&str> {
        match &self.phase {
            Phase::Succeeded { branch, .. } => branch.as_deref(),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => None,
        }
    }

    /// Why the node failed, or why it is being retried.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.phase {
            Phase::Failed(failure) => Some(failure),
            Phase::Retrying { failure, .. } => failure.as_deref(),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Skipped
            | Phase::Cancelled => None,
        }
    }

    /// When its delay, its next attempt or its wait's end is due.
    pub fn due_at(&self) -> Option<OffsetDateTime> {
        match &self.phase {
            Phase::Retrying { due_at, .. }
            | Phase::Delayed { due_at }
            | Phase::Waiting { due_at } => Some(*due_at),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => None,
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
            chosen: false,
        }
    }

    /// Whether every parent has settled and the node itself has not begun.
    pub(crate) fn is_ready(&self) -> bool {
        self.unsettled_parents == 0 && self.phase == Phase::Pending
    }

    /// Whether this node, settled, leads to a child that stands under `branch`.
    pub(crate) fn chooses(&self, branch: Option<&str>) -> bool {
        match &self.phase {
            Phase::Triggered => true,
            Phase::Succeeded { branch: chosen, .. } => match (chosen, branch) {
                (Some(chosen), Some(branch)) => **chosen == *branch,
                (None, _) | (_, None) => true,
            },
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => false,
        }
    }

    pub(crate) fn carried(&self) -> Option<Carried> {
        match &self.phase {
            Phase::Succeeded { result, branch } => Some(Carried::Succeeded {
                input: self.input.clone(),
                result: Arc::clone(result),
                branch: branch.clone(),
            }),
            Phase::Skipped => Some(Carried::Skipped {}),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Failed(_)
            | Phase::Cancelled => None,
        }
    }

    pub(crate) fn take_over(&mut self, carried: &Carried) {
        match carried {
            Carried::Succeeded { input, result, branch } => {
                self.input.clone_from(input);
                self.phase =
                    Phase::Succeeded { result: Arc::clone(result), branch: branch.clone() };
            }
            Carried::Skipped {} => self.phase = Phase::Skipped,
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

    pub(crate) fn retry_at(&mut self, due_at: OffsetDateTime) {
        let failure = match &self.phase {
            Phase::Failed(failure) => Some(Arc::clone(failure)),
            Phase::Pending
            | Phase::InFlight { .. }
            | Phase::Retrying { .. }
            | Phase::Delayed { .. }
            | Phase::Waiting { .. }
            | Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Skipped
            | Phase::Cancelled => None,
        };
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
