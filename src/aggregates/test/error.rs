//! Why a test refuses an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such test, or it was deleted.
    #[error("this test does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this test exists already")]
    Exists,
    /// Somebody changed it since it was read.
    #[error(
        "this test has changed: it is at version {actual}, not at {expected}; read it again and repeat the change"
    )]
    Conflict {
        /// The version that the caller expected.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
}
