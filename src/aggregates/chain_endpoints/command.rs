//! What the endpoints of an organization can be told.

use time::OffsetDateTime;

use crate::primitives::OrganizationId;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The chain that is meant.
    pub chain: u64,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Read the chain through these endpoints, and no others. Their URLs are in the vault.
    Name {
        /// For whom.
        organization: OrganizationId,
        /// Their hosts, in their order.
        hosts: Vec<String>,
        /// Under which name they are sealed.
        sealed: String,
    },
    /// Read it through the installation's again.
    Remove,
}
