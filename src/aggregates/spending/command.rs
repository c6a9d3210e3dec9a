//! What the spending of an organization can be told.

use time::OffsetDateTime;

use crate::policies::limits::{Claim, Proof};
use crate::primitives::{IntentId, OrganizationId};

/// An order, and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Whose spending it is.
    pub organization: OrganizationId,
    /// For which transaction.
    pub intent: IntentId,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Keep these amounts for the transaction.
    Reserve(Vec<Claim>),
    /// Count what was kept as used.
    Settle,
    /// Give back what was kept.
    Release(Proof),
}
