//! What a test can be told to do.

use engine::Json;
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, TestId};

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

/// What is to be done with the test.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring it into being.
    Create {
        /// The id it will have.
        id: TestId,
        /// The organization that will own it.
        organization: OrganizationId,
        /// The definition, whose form was checked.
        definition: Json,
    },
    /// Replace its definition.
    Update {
        /// The version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// The definition, whose form was checked.
        definition: Json,
    },
    /// Take it away for good. Its executions stay.
    Delete,
}
