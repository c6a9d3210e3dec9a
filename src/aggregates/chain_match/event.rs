//! What happened: a chain took back what had started a run. Stored for ever: a changed shape is a new
//! version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::RunId;

/// The facts of such a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The chain took it back.
    Retracted(Retracted),
    /// It came again after that. It starts nothing more.
    Returned(Returned),
}

/// Where on a chain a match was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The chain's id.
    pub chain_id: u64,
    /// The transaction; none where the block itself matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_hash: Option<String>,
    /// The block's number.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: String,
}

/// A chain replaced the block in which the match was, and the match is not in the blocks after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retracted {
    /// The run that it had started, or with which it had gone on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Whom the trigger is for.
    pub subscriber: String,
    /// Where it was.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// What becomes of the run.
    pub policy: Policy,
    /// When that was found.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A match that was taken back is in the chain once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Returned {
    /// The run that it had started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Whom the trigger is for.
    pub subscriber: String,
    /// Where it is now.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// When that was found.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What becomes of a run whose match was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// It goes on.
    Ignore,
    /// It is cancelled.
    Cancel,
    /// It is cancelled, and what it did is undone.
    Compensate,
}

impl Event {
    /// The version in which they are written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events.
    pub const NAMES: [&'static str; 2] = ["retracted", "returned"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Retracted(_) => "retracted",
            Self::Returned(_) => "returned",
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

impl Policy {
    /// The policy of that name; the one that changes nothing for any other.
    pub fn of(name: &str) -> Self {
        match name {
            "cancel" => Self::Cancel,
            "compensate" => Self::Compensate,
            _ => Self::Ignore,
        }
    }
}
