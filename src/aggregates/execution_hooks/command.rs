//! What the endpoints of an organization can be told.

use time::OffsetDateTime;

use super::event::{Reason, Wish};
use super::topic::Choice;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The endpoint that is meant.
    pub id: ExecutionHookId,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Tell it what happens from here on. Its secret is in the vault.
    Create {
        /// Of whose runs it is told.
        organization: OrganizationId,
        /// Of what, and where.
        wish: Box<Wish>,
        /// Whether it is told from now on.
        enabled: bool,
    },
    /// Tell it of something else, or elsewhere. What is absent stays.
    Change(Box<Change>),
    /// Tell it again.
    Enable,
    /// Tell it nothing until it is enabled.
    Disable(Reason),
    /// Sign with another secret, which is in the vault, and with the one of before for a while.
    Regenerate {
        /// Under which field of the endpoint it is sealed.
        field: String,
        /// Until when the secrets of before sign, too.
        until: OffsetDateTime,
    },
    /// Tell it again what happened at these positions, both included.
    Replay {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// Send one delivery again.
    Redeliver(HookDeliveryId),
    /// Send it something that says nothing.
    Test(HookDeliveryId),
    /// Tell it nothing, for ever.
    Remove,
}

/// What of an endpoint is to be another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What people call it.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Of what it is told.
    pub event_types: Option<Vec<Choice>>,
    /// Of which workflows; none for all of them.
    pub workflows: Option<Vec<WorkflowId>>,
    /// How often a delivery is tried after the first time.
    pub max_retries: Option<u32>,
}
