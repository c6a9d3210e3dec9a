//! What a table can be told to do.

use time::OffsetDateTime;

use crate::primitives::{OrganizationId, TableId};
use crate::tables::{Change, Definition, Name};

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

/// What is to be done with the table.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the table into being.
    Create {
        /// The id it will have.
        id: TableId,
        /// The organization that will own it.
        organization: OrganizationId,
        /// Its name.
        name: Name,
        /// What it consists of.
        definition: Definition,
    },
    /// Make changes, all of them or none.
    Change {
        /// The changes, in order.
        changes: Vec<Change>,
        /// Whether data may be lost, and readers broken.
        forced: bool,
        /// The version that the table must have.
        expected: Option<u64>,
    },
    /// Bring it to its end, with all its rows.
    Drop {
        /// The version that the table must have.
        expected: Option<u64>,
    },
    /// Note that the rows there are did not allow what an event says.
    NoteRefusal {
        /// The event's sequence.
        sequence: u64,
        /// What stood in the way.
        reason: String,
    },
}
