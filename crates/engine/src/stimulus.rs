//! What sets a decision off, and why a run refuses to decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::definition::Definition;
use crate::fact::{Carried, Compensate, Parent, Trigger, WorkflowRef};
use crate::failure::Failure;
use crate::json::{Excess, Json};
use crate::place::Place;
use crate::status::{ExecutionStatus, RunStatus, WaitMark};

/// Everything that a new run is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// What it executes; validated before.
    pub definition: Arc<Definition>,
    /// Which version of which workflow that is.
    pub workflow: WorkflowRef,
    /// What sets it off.
    pub trigger: Trigger,
    /// What expressions read as `$inputs`; the trigger's body for manual runs.
    pub input: Json,
    /// The new run's id.
    pub run_id: String,
    /// The failed run that it continues.
    pub source_run: Option<String>,
    /// What it takes over from there: [`Run::carry`](crate::Run::carry) of the source.
    pub carried: BTreeMap<Place, Carried>,
    /// The run that calls it and waits for it.
    pub parent: Option<Parent>,
    /// What its variables hold that are kept between runs, by name.
    pub variables: Option<Json>,
    /// Whose personal data it handles: by its definition ([`subject_of`](crate::subject_of)), or as the
    /// run that began it.
    pub subject: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// A random number from 0 to 1, for jitter.
    pub chance: f64,
}

/// What happened outside, told to a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Stimulus {
    /// The effect was performed.
    EffectSucceeded {
        /// The node.
        node: Place,
        /// The attempt that was performed.
        attempt: u32,
        /// What it gave.
        result: Json,
    },
    /// The effect was not performed, or nobody knows.
    EffectFailed {
        /// The node.
        node: Place,
        /// The attempt that failed.
        attempt: u32,
        /// Why.
        failure: Failure,
    },
    /// The worker that performed the effect died: its outcome is unknown.
    EffectInterrupted {
        /// The node.
        node: Place,
        /// The attempt that was interrupted.
        attempt: u32,
    },
    /// The delay, the next attempt or the end of the wait of this node is due.
    TimerDue {
        /// The node.
        node: Place,
    },
    /// What a wait waits for has come.
    Resume {
        /// The node.
        node: Place,
        /// What came.
        data: Json,
        /// From where: `manual`, or the type of the trigger.
        source: String,
        /// Who resumes it.
        by: String,
    },
    /// A wait waits for something else meanwhile, or again for what it was opened for.
    Mark {
        /// The node.
        node: Place,
        /// For what it waits now.
        mark: WaitMark,
        /// Why, in words.
        reason: Option<String>,
        /// From where that is said: from where alone the node is resumed.
        source: String,
        /// Who says it.
        by: String,
    },
    /// Somebody wants the run to end.
    Cancel {
        /// Who.
        by: String,
        /// Why, in their words.
        reason: Option<String>,
        /// Whether what was done is undone.
        compensate: Compensate,
    },
    /// Somebody wants nothing new to start.
    Pause {
        /// Who.
        by: String,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// Somebody lets the run go on.
    Unpause {
        /// Who.
        by: String,
    },
}

/// Why a run does not act on a stimulus. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing happened to the run yet.
    #[error("the run has not started")]
    NotStarted,
    /// It is over.
    #[error("the run has ended with status {status}")]
    Ended {
        /// How it ended.
        status: RunStatus,
    },
    /// It is ending already: nothing new starts, and what is in flight settles.
    #[error("the run is ending already: it waits for effects in flight")]
    Ending,
    /// Its definition has no such node.
    #[error("the run has no node {node}")]
    UnknownNode {
        /// The node that was named.
        node: Place,
    },
    /// That attempt is not in flight: it was answered before, or never started.
    #[error("attempt {attempt} of node {node} is not in flight")]
    NotInFlight {
        /// The node.
        node: Place,
        /// The attempt that was named.
        attempt: u32,
    },
    /// No delay, retry or wait of the node is pending.
    #[error("node {node} has no timer pending")]
    NoTimer {
        /// The node.
        node: Place,
    },
    /// The timer's time has not come.
    #[error("node {node} is not due before {due_at}")]
    NotDue {
        /// The node.
        node: Place,
        /// When it is.
        due_at: OffsetDateTime,
    },
    /// The node does not wait.
    #[error("node {node} is not waiting: its status is {status}")]
    NotWaiting {
        /// The node.
        node: Place,
        /// Its status.
        status: ExecutionStatus,
    },
    /// Somebody was faster.
    #[error("node {node} was resumed before")]
    AlreadyResumed {
        /// The node.
        node: Place,
    },
    /// Nobody was in time.
    #[error("the wait of node {node} has expired")]
    Expired {
        /// The node.
        node: Place,
    },
    /// Only the run that it called, or the task that it made, lets the node go on.
    #[error("node {node} goes on when its {by} has ended, and nobody else resumes it")]
    NotYours {
        /// The node.
        node: Place,
        /// What it waits for.
        by: &'static str,
    },
    /// Nothing starts while the run is paused.
    #[error("the run is paused: let it go on first")]
    Paused,
    /// No wait of the run is for that signal.
    #[error("no node of the run waits for the signal {signal}")]
    NobodyWaits {
        /// The signal.
        signal: String,
    },
    /// There is no pause to end.
    #[error("the run is not paused")]
    NotPaused,
    /// The data of a resume exceed a limit.
    #[error("the data {0}")]
    TooLarge(Excess),
}

impl Refusal {
    /// A stable word for it, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Ended { .. } => "ended",
            Self::Ending => "ending",
            Self::UnknownNode { .. } => "unknown_node",
            Self::NotInFlight { .. } => "not_in_flight",
            Self::NoTimer { .. } => "no_timer",
            Self::NotDue { .. } => "not_due",
            Self::NotWaiting { .. } => "not_waiting",
            Self::AlreadyResumed { .. } => "already_resumed",
            Self::Expired { .. } => "expired",
            Self::NotYours { .. } => "not_yours",
            Self::Paused => "run_paused",
            Self::NobodyWaits { .. } => "nobody_waits",
            Self::NotPaused => "not_paused",
            Self::TooLarge(_) => "too_large",
        }
    }
}
