//! What can be ordered about sequences.

use time::OffsetDateTime;

use super::content::Content;
use crate::primitives::OrganizationId;
use crate::schemas::Version;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The name of the sequence.
    pub name: String,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Add a version, the first one included.
    Define {
        /// Whose events are followed.
        organization: OrganizationId,
        /// The number of the version.
        version: Version,
        /// What it says.
        content: Box<Content>,
    },
    /// Let nothing begin any more.
    Retire,
}
