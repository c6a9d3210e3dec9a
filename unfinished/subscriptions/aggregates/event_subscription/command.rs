//! What a subscription can be told.

use engine::Json;
use time::OffsetDateTime;

use super::event::Status;
use super::retry::Retry;
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Send events from here on. What is secret of it is in the vault.
    Subscribe {
        /// The id it will have.
        id: EventSubscriptionId,
        /// Whose events are sent.
        organization: OrganizationId,
        /// Which: a name, or a pattern.
        pattern: String,
        /// And of these, which.
        condition: Option<Json>,
        /// Where to.
        url: String,
        /// The names of the headers that go along.
        headers: Vec<String>,
        /// What is done when the endpoint does not take one.
        retry: Retry,
    },
    /// Send events, or none.
    SetStatus(Status),
    /// Send none, for ever.
    Remove,
}
