//! What a definition can be told.

use time::OffsetDateTime;

use super::event::{Content, Status};
use crate::primitives::{EventDefinitionId, OrganizationId};
use crate::schemas::Version;

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

/// What is to be done. Schemas that come in were found usable before.
#[derive(Debug, Clone)]
pub enum Order {
    /// Add a version, the first one included.
    Define {
        /// The id of the definition.
        id: EventDefinitionId,
        /// Whose events it is about.
        organization: OrganizationId,
        /// Their name.
        name: String,
        /// The number of the version.
        version: Version,
        /// What it says.
        content: Box<Content>,
        /// Whether it holds.
        status: Status,
    },
    /// Say whether a version holds.
    SetStatus {
        /// The version.
        version: Version,
        /// Whether it holds.
        status: Status,
    },
}
