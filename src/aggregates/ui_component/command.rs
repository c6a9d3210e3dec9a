//! What an interface can be told.

use time::OffsetDateTime;

use crate::interfaces::Component;
use crate::primitives::OrganizationId;

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
    /// Bring it into being. Its content was checked.
    Create {
        /// Whose it will be.
        organization: OrganizationId,
        /// What it consists of.
        component: Box<Component>,
    },
    /// Add a version, which was checked.
    Revise {
        /// The version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// What it consists of from now on.
        component: Box<Component>,
    },
    /// Offer it no more. What was published with it keeps its version.
    Retire,
}
