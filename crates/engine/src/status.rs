//! Where runs and the executions of their nodes stand.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Something is in flight.
    Running,
    /// Nothing is in flight; a delay, a retry or a wait is pending.
    Waiting,
    /// It ended well.
    Success,
    /// It ended because a node failed.
    Failure,
    /// It ended because somebody wanted it to.
    Cancelled,
}

/// Where the execution of a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// Its parents have not settled yet.
    Pending,
    /// Its effect is in flight.
    Running,
    /// It is done.
    Success,
    /// It failed for good.
    Failure,
    /// None of its parents chose it.
    Skipped,
    /// It waits for somebody or something.
    Waiting,
    /// It goes on at a certain time: a delay, or the next attempt.
    Scheduled,
    /// The run ended before it did.
    Cancelled,
    /// It waits for the money that it needs, which a run of the organization gets for it.
    AutoSwapping,
}

/// For what a wait waits, as far as those know who are to resume it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitMark {
    /// For what it was opened for.
    Waiting,
    /// For the money that this needs.
    AutoSwapping,
}

impl RunStatus {
    /// The status as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the run has ended.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Success | Self::Failure | Self::Cancelled => true,
            Self::Running | Self::Waiting => false,
        }
    }
}

impl ExecutionStatus {
    /// The status as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Scheduled => "scheduled",
            Self::Cancelled => "cancelled",
            Self::AutoSwapping => "auto_swapping",
        }
    }

    /// Whether the node has ended.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Success | Self::Failure | Self::Skipped | Self::Cancelled => true,
            Self::Pending
            | Self::Running
            | Self::Waiting
            | Self::Scheduled
            | Self::AutoSwapping => false,
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
