//! Why a template or a block refuses an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("this does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this exists already")]
    Exists,
    /// It is offered no more.
    #[error("this was retired: create a new one")]
    Retired,
    /// Somebody changed it since it was read.
    #[error("this has changed: it is at version {actual}, not at {expected}; read it again")]
    Conflict {
        /// The version that the caller expected.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
}
