//! Why an entry refuses an order.

use engine::Excess;

use super::place::{MAX_KEY_BYTES, MAX_STORE_BYTES};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Somebody changed it since it was read.
    #[error(
        "this entry is at version {actual}, not at {expected}; read it again and repeat the change"
    )]
    Conflict {
        /// The version that was expected.
        expected: u64,
        /// The version that it has; 0 when it does not exist.
        actual: u64,
    },
    /// The key cannot be kept.
    #[error("a key has 1 to {MAX_KEY_BYTES} bytes and no control characters")]
    Key,
    /// The store cannot be named so.
    #[error("a store's name has 1 to {MAX_STORE_BYTES} letters, digits, `-`, `_` or `.`")]
    Store,
    /// The value cannot be kept.
    #[error("the value {0}")]
    Value(Excess),
}
