//! What happened to a task. Stored for ever: a changed shape is a new version and an upcaster.

use alloy_primitives::B256;
use cqrs_es::DomainEvent;
use engine::{Audience, Json, Priority};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{IntentId, OrganizationId, RunId, TaskId, WalletId, WorkflowId};

/// What led to a task's end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// A person asked for it: the run that waits goes on as after a rejection.
    Requested,
    /// The run waits no longer.
    RunEnded,
    /// What was to be approved is decided, or was called off.
    Decided,
}

/// A moment at which somebody is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reminder {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
}

/// To whom a task goes over when it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Escalation {
    /// Who is to do it then.
    pub audience: Audience,
}

/// What is to be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "kind")]
pub enum Subject {
    /// A transaction.
    Transaction {
        /// The wallet that is to send it.
        wallet_id: WalletId,
        /// On which chain.
        chain_id: u64,
    },
    /// A document that is to be signed.
    Document,
}

/// A question for approval that a task puts to one person. Its answer is given to what is to be signed, and
/// decides there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What is to be approved.
    pub subject: Subject,
    /// Its id.
    pub intent_id: IntentId,
    /// What the answer is about, and nothing else.
    pub digest: B256,
}

/// All that a task begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// Its id.
    pub task_id: TaskId,
    /// Its owner.
    pub organization_id: OrganizationId,
    /// What it asks one person to approve, where it is no node's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The run that waits for it.
    pub run_id: RunId,
    /// The node of the run that does.
    pub node_id: String,
    /// The run's workflow.
    pub workflow_id: WorkflowId,
    /// What is to be done, in a line.
    pub title: String,
    /// What is to be done, in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Who is to do it.
    pub audience: Audience,
    /// The JSON Schema of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Json>,
    /// The interface that it is answered in, as whoever answers sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_component: Option<Json>,
    /// What is shown to whoever does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Json>,
    /// When it is to be done.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// When somebody is reminded, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// To whom it goes over when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// When the run stops waiting.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Who did it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A fact of a task's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The task came into being.
    Created(Box<Created>),
    /// A person was given the task.
    Assigned {
        /// The person.
        assignee: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The task went from one person to another.
    Reassigned {
        /// Whose it was.
        from: String,
        /// Whose it is now.
        assignee: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody took the task and began.
    Claimed {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Whoever had claimed it gave it back to those whom it was meant for.
    Released {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The task was answered.
    Completed {
        /// The answer, as the form asked for it.
        data: Json,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// What the task asked for was refused.
    Rejected {
        /// Why.
        reason: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The task ended without an answer.
    Cancelled {
        /// What led to it.
        cause: CancelCause,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The task's time runs out, and whoever is to do it hears of it.
    Reminded {
        /// Which reminder it is, from 1.
        reminder: u32,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The task was not done when it was due, and others are to do it.
    Escalated {
        /// Who.
        audience: Audience,
        /// When it is to be done now.
        #[serde(with = "time::serde::rfc3339")]
        due_at: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Nobody answered before the run stopped waiting.
    Expired {
        /// Who did it.
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
    pub const NAMES: [&'static str; 11] = [
        "created",
        "assigned",
        "reassigned",
        "claimed",
        "released",
        "completed",
        "rejected",
        "cancelled",
        "reminded",
        "escalated",
        "expired",
    ];

    /// Who did it, and when.
    pub fn stamp(&self) -> (&str, OffsetDateTime) {
        match self {
            Self::Created(created) => (&created.by, created.at),
            Self::Assigned { by, at, .. }
            | Self::Reassigned { by, at, .. }
            | Self::Claimed { by, at }
            | Self::Released { by, at }
            | Self::Completed { by, at, .. }
            | Self::Rejected { by, at, .. }
            | Self::Cancelled { by, at, .. }
            | Self::Reminded { by, at, .. }
            | Self::Escalated { by, at, .. }
            | Self::Expired { by, at } => (by, *at),
        }
    }

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Assigned { .. } => "assigned",
            Self::Reassigned { .. } => "reassigned",
            Self::Claimed { .. } => "claimed",
            Self::Released { .. } => "released",
            Self::Completed { .. } => "completed",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
            Self::Reminded { .. } => "reminded",
            Self::Escalated { .. } => "escalated",
            Self::Expired { .. } => "expired",
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
