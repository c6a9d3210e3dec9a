//! What a batch of events does to the rows of runs and executions.
//!
//! Most of it adds: a batch says how the counts move and which columns get a value, so that no row
//! has to be read before it is written.

use std::borrow::Cow;

use engine::WaitMark;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::primitives::OrganizationId;
use crate::projections::text::Text;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Failure,
    Cancelled,
}

impl End {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What the first event of a run says.
#[derive(Debug)]
pub(super) struct Birth<'a> {
    pub(super) organization: OrganizationId,
    pub(super) workflow_id: Text<'a>,
    pub(super) workflow_version: i32,
    pub(super) trigger_kind: Text<'a>,
    pub(super) trigger_source: Text<'a>,
    pub(super) triggered_by: Text<'a>,
    pub(super) source_run_id: Option<Text<'a>>,
    pub(super) input: &'a RawValue,
    pub(super) node_count: i32,
    pub(super) started_at: OffsetDateTime,
}

/// A run as a batch changes it.
#[derive(Debug, Default)]
pub(super) struct RunChange<'a> {
    pub(super) run_id: &'a str,
    pub(super) birth: Option<Birth<'a>>,
    pub(super) end: Option<End>,
    pub(super) output: Option<&'a RawValue>,
    pub(super) failure: Option<&'a RawValue>,
    pub(super) failure_code: Option<Text<'a>>,
    pub(super) failure_message: Option<Text<'a>>,
    pub(super) failed_node: Option<Text<'a>>,
    pub(super) cancelled_by: Option<Text<'a>>,
    pub(super) cancel_reason: Option<Text<'a>>,
    pub(super) finished_at: Option<OffsetDateTime>,
    pub(super) succeeded: i32,
    pub(super) failed: i32,
    pub(super) skipped: i32,
    pub(super) cancelled: i32,
    pub(super) position: i64,
    pub(super) sequence: i64,
}

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Success,
    Failure,
    Skipped,
    Waiting,
    AutoSwapping,
    Scheduled,
}

impl From<WaitMark> for Status {
    fn from(mark: WaitMark) -> Self {
        match mark {
            WaitMark::Waiting => Self::Waiting,
            WaitMark::AutoSwapping => Self::AutoSwapping,
        }
    }
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::AutoSwapping => "auto_swapping",
            Self::Scheduled => "scheduled",
        }
    }
}

/// An attempt of a node as a batch changes it: `None` leaves a column as it is.
#[derive(Debug)]
pub(super) struct ExecutionChange<'a> {
    pub(super) run_id: &'a str,
    pub(super) node_id: Text<'a>,
    pub(super) attempt: i32,
    pub(super) organization: OrganizationId,
    pub(super) kind: Option<Text<'a>>,
    pub(super) status: Option<Status>,
    pub(super) input: Option<&'a str>,
    pub(super) output: Option<Cow<'a, str>>,
    pub(super) branch: Option<Text<'a>>,
    pub(super) error: Option<&'a str>,
    pub(super) idempotency_key: Option<Text<'a>>,
    pub(super) repeats: i32,
    pub(super) due_at: Option<OffsetDateTime>,
    pub(super) resumed_by: Option<Text<'a>>,
    pub(super) resume_source: Option<Text<'a>>,
    pub(super) started_at: Option<OffsetDateTime>,
    pub(super) ended_at: Option<OffsetDateTime>,
    pub(super) position: i64,
}

/// A node that was cut off by the end of its run, whichever attempt was open.
#[derive(Debug)]
pub(super) struct Cut<'a> {
    pub(super) run_id: &'a str,
    pub(super) node_id: Text<'a>,
    pub(super) organization: OrganizationId,
    pub(super) at: OffsetDateTime,
    pub(super) position: i64,
}
