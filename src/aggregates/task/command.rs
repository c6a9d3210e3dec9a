//! What a task can be told.

use engine::{Json, ManualTask};
use time::OffsetDateTime;

use super::event::{Approval, CancelCause};
use crate::primitives::{OrganizationId, RunId, TaskId, WorkflowId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// The person, or the part of the house.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done with the task.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the task into being.
    Create(Box<Opening>),
    /// Give it to a person, whoever has it now.
    Assign {
        /// The person.
        assignee: String,
    },
    /// Take it and begin.
    Claim,
    /// Give it back to those whom it was meant for.
    Release,
    /// Answer it.
    Complete {
        /// The answer, as the form asks for it.
        data: Json,
    },
    /// Refuse what it asks for.
    Reject {
        /// Why.
        reason: String,
    },
    /// End it without an answer.
    Cancel {
        /// What led to it.
        cause: CancelCause,
        /// Why, in words.
        reason: Option<String>,
    },
    /// Do what is due by now: remind, escalate, or expire.
    Prompt,
    /// End it because nobody answered in time.
    Expire,
    /// End it as what it asks to have approved says.
    Close(Closing),
}

/// How a task ends that asks for an approval. What was answered stands where the approval counts; the task
/// follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// Whoever gives the order has approved.
    Approved {
        /// What they said of it.
        comment: Option<String>,
    },
    /// Whoever gives the order said no.
    Rejected {
        /// What they said of it.
        comment: Option<String>,
    },
    /// Too few approved in time.
    Expired,
    /// Nobody waits for an answer any more.
    NotNeeded {
        /// Why.
        reason: String,
    },
}

/// What a task is made from.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The id that it will have.
    pub id: TaskId,
    /// The organization that it belongs to.
    pub organization: OrganizationId,
    /// What it asks one person to approve, where it is no node's own.
    pub approval: Option<Approval>,
    /// The run that waits for it.
    pub run: RunId,
    /// The node of the run that does.
    pub node: String,
    /// The run's workflow.
    pub workflow: WorkflowId,
    /// What the node asks for.
    pub task: ManualTask,
    /// When the wait began.
    pub opened_at: OffsetDateTime,
    /// When the run stops waiting.
    pub expires_at: OffsetDateTime,
}
