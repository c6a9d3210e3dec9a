//! What happened: a trigger started no run. Stored for ever: a changed shape is a new version and an
//! upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::WorkflowId;

/// The one fact of such a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was passed over.
    Skipped(Skipped),
}

/// A trigger that started no run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The workflow that it would have run.
    pub workflow_id: WorkflowId,
    /// Why it did not.
    pub reason: Reason,
    /// What kind of trigger it was.
    pub kind: String,
    /// From where it came.
    pub source: String,
    /// What identifies its firing, where its sender named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_id: Option<String>,
    /// Why, in words.
    pub message: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Why a trigger starts no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A run had begun less than the workflow's cooldown before.
    CoolingDown,
    /// The workflow has started as many runs as it may.
    RunsUsedUp,
    /// The organization's compute units are used up.
    OutOfUnits,
    /// What fired is not the input that the workflow declares.
    InvalidInput,
    /// The workflow was paused between the firing and its run.
    Paused,
    /// The workflow was archived between the firing and its run.
    NotLive,
    /// The firing came too late, and the trigger does not catch up.
    Missed,
    /// A run goes on in its place, and the trigger wants one at a time.
    AlreadyRunning,
}

impl Reason {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CoolingDown => "cooling_down",
            Self::RunsUsedUp => "runs_used_up",
            Self::OutOfUnits => "out_of_units",
            Self::InvalidInput => "invalid_input",
            Self::Paused => "paused",
            Self::NotLive => "not_live",
            Self::Missed => "missed",
            Self::AlreadyRunning => "already_running",
        }
    }
}

impl Event {
    /// The version in which it is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events.
    pub const NAMES: [&'static str; 1] = ["skipped"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Skipped(_) => "skipped",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
