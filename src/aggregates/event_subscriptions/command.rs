//! What the subscriptions of an organization can be told.

use time::OffsetDateTime;

use super::event::{Status, Wish};
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The subscription that is meant.
    pub id: EventSubscriptionId,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Send events from here on. What is secret of it is in the vault.
    Subscribe {
        /// Whose events are sent.
        organization: OrganizationId,
        /// Which, and where to.
        wish: Box<Wish>,
    },
    /// Send events, or none.
    SetStatus(Status),
    /// Send none, for ever.
    Remove,
}
