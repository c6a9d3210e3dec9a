//! What can be done with an entry.

use engine::Json;
use time::OffsetDateTime;

use super::place::Place;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which entry is meant.
    pub place: Place,
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The idempotency key of the effect whose order it is, when a node gives it.
    pub effect: Option<String>,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Keep this value.
    Set {
        /// The value.
        value: Json,
        /// The version that the entry must have; 0: it must not exist.
        expected: Option<u64>,
    },
    /// Keep nothing.
    Remove {
        /// The version that the entry must have.
        expected: Option<u64>,
    },
}

impl Order {
    /// The version that the entry must have.
    pub(super) const fn expected(&self) -> Option<u64> {
        match self {
            Self::Set { expected, .. } | Self::Remove { expected } => *expected,
        }
    }
}
