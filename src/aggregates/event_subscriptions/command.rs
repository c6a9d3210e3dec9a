//! What the subscriptions of an organization can be told.

use engine::Json;
use time::OffsetDateTime;

use super::event::{Status, Wish};
use super::retry::Retry;
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
    /// Send other events, or elsewhere. What is absent stays.
    Change(Box<Change>),
    /// Sign with another secret, which is in the vault, and with the one of before for a while.
    Rotate {
        /// Under which field of the subscription it is sealed.
        field: String,
        /// Until when the secrets of before sign, too.
        until: OffsetDateTime,
    },
    /// Send none, for ever.
    Remove,
}

/// What of a subscription is to be another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// Which events.
    pub pattern: Option<String>,
    /// And of these, which; null for all of them.
    pub condition: Option<Json>,
    /// Where to.
    pub url: Option<String>,
    /// What is done when the endpoint does not take one.
    pub retry: Option<Retry>,
    /// Whether they are sent.
    pub status: Option<Status>,
}
