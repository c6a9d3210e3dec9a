//! Why a table refuses an order.

use super::state::MAX_EVENTS;
use crate::tables::Unfit;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such table.
    #[error("this table does not exist")]
    Unknown,
    /// The name is taken.
    #[error("a table of this name exists already")]
    Exists,
    /// Somebody changed it since it was read.
    #[error("this table is at version {actual}, not at {expected}: read it again")]
    Conflict {
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        actual: u64,
    },
    /// One of the changes does not fit.
    #[error("change {place}: {why}")]
    Unfit {
        /// Which one, from 0.
        place: usize,
        /// Why not.
        why: Unfit,
    },
    /// It has changed as often as a table may.
    #[error("a table changes at most {MAX_EVENTS} times: move its rows to a new one")]
    Full,
}
