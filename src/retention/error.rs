//! Why nothing leaves, or nothing is deleted.

use crate::aggregates::{retention, segment};
use crate::journal::{self, NotExecuted};
use crate::notary;
use crate::segments::Fault;

/// A failure around what leaves the database. Whatever it was, nothing is lost: the next pass goes on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A file.
    #[error(transparent)]
    Segment(#[from] Fault),
    /// What is signed.
    #[error(transparent)]
    Notary(#[from] notary::Error),
    /// The segment refuses.
    #[error("a segment refuses an order")]
    Refused(#[from] NotExecuted<segment::Error>),
    /// An event is none that was signed.
    #[error(
        "the event at position {0} is not the one that was signed: `chainkeel audit verify --all` says more"
    )]
    Unproved(i64),
    /// The tiles that would prove it are not in the database yet.
    #[error("the checkpoint outside is ahead of the tiles in the database: the next pass goes on")]
    Behind,
    /// A file has not what the database has.
    #[error(
        "the segment of {organization}, {month}, part {part} has {found} events, and the database {expected}"
    )]
    Incomplete {
        /// Whose.
        organization: String,
        /// Of which month.
        month: String,
        /// Which part.
        part: u32,
        /// What the file has.
        found: u64,
        /// What it should have.
        expected: i64,
    },
    /// Views go on showing what was deleted.
    #[error("making the views anew that show what was deleted: {0}")]
    Views(String),
    /// What is kept refuses.
    #[error("it cannot be said that a segment is let go")]
    Unsettled(#[from] NotExecuted<retention::Error>),
    /// What is in the catalogue is no id.
    #[error("the catalogue of segments has {0:?}, which is no id")]
    Unreadable(String),
}
