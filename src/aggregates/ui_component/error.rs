//! Why an interface refuses an order.

use super::state::MAX_VERSIONS;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("this interface does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this interface exists already")]
    Exists,
    /// It is offered no more.
    #[error("this interface was retired: create a new one")]
    Retired,
    /// No more versions.
    #[error("an interface has at most {MAX_VERSIONS} versions: create a new one")]
    Full,
    /// Somebody changed it since it was read.
    #[error(
        "this interface has changed: it is at version {actual}, not at {expected}; read it again"
    )]
    Conflict {
        /// The version that the caller expected.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
}
