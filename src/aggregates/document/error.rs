//! Why a document refuses an order.

use super::content::{MAX_TAGS, MAX_TEXT};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such document.
    #[error("this document does not exist")]
    Unknown,
    /// It exists already.
    #[error("this document exists already")]
    Exists,
    /// Somebody changed it since it was read.
    #[error("this document is at version {actual}, not at {expected}: read it again")]
    Conflict {
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        actual: u64,
    },
    /// The title cannot be kept.
    #[error("a title has 1 to 300 bytes and no control characters")]
    Title,
    /// The text cannot be kept.
    #[error("a text has 1 to {MAX_TEXT} bytes and no NUL characters")]
    Text,
    /// The tags cannot be kept.
    #[error("there are at most {MAX_TAGS} tags, each of 1 to 100 bytes without control characters")]
    Tags,
    /// The source cannot be kept.
    #[error("a source has 1 to 1000 bytes and no control characters")]
    Source,
}
