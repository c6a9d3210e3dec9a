//! What a template or a block can be told.

use time::OffsetDateTime;

use super::event::Content;
use crate::blueprints::Kind;
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
        /// What it is.
        kind: Kind,
        /// Whose it will be.
        organization: OrganizationId,
        /// What it consists of.
        content: Content,
    },
    /// Replace its content, which was checked.
    Revise {
        /// The version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// What it consists of from now on.
        content: Content,
    },
    /// Offer it no more. What was made from it stays.
    Retire,
}
