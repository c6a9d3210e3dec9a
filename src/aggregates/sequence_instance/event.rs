//! What happened in a story. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::aggregates::event_sequences::Content;
use crate::primitives::{EventId, OrganizationId, SequenceInstanceId};
use crate::schemas::Version;

/// Why a story failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SequenceFailure)]
pub enum Reason {
    /// It was not complete in time.
    TimedOut,
    /// An event came before its turn.
    OutOfOrder,
}

impl Reason {
    /// Its name, as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::OutOfOrder => "out_of_order",
        }
    }
}

/// How a story began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    /// Its id.
    pub instance_id: SequenceInstanceId,
    /// Whose events it follows.
    pub organization_id: OrganizationId,
    /// The name of its sequence.
    pub name: String,
    /// The version by which it is followed.
    pub version: Version,
    /// What tells it from other stories.
    pub key: String,
    /// What the version says.
    pub content: Content,
    /// When it fails unless it is complete.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An event that came for a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Served {
    /// Which step, from 0.
    pub step: usize,
    /// The event.
    pub event_id: String,
    /// Its name.
    pub event: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A fact of a story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// It began.
    Opened(Box<Opened>),
    /// An event came before its turn, or after a failure, and is kept.
    Held(Served),
    /// An event counts.
    Processed(Served),
    /// All that was required has come.
    Completed {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It failed.
    Failed {
        /// Why.
        reason: Reason,
        /// Which steps were required and had not come, from 0.
        missing: Vec<usize>,
        /// Whether it is not begun again by itself.
        for_good: bool,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It goes on after a failure.
    Retried {
        /// For which time.
        attempt: u32,
        /// When it fails unless it is complete.
        #[serde(with = "time::serde::rfc3339")]
        due_at: OffsetDateTime,
        /// Who wanted it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Events were published that undo it.
    Compensated {
        /// Which.
        events: Vec<EventId>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody gave it up.
    Abandoned {
        /// Why, in his words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who did.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 8] = [
        "opened",
        "held",
        "processed",
        "completed",
        "failed",
        "retried",
        "compensated",
        "abandoned",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Held(_) => "held",
            Self::Processed(_) => "processed",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Retried { .. } => "retried",
            Self::Compensated { .. } => "compensated",
            Self::Abandoned { .. } => "abandoned",
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
