//! Why a key refuses an order.

use super::state::{LONGEST, MAX_NAME};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such key.
    #[error("this key does not exist")]
    Unknown,
    /// There is one with this text.
    #[error("this key exists already")]
    Exists,
    /// The name is none.
    #[error("a name has 1 to {MAX_NAME} characters and no control characters")]
    Name,
    /// The key would never open anything.
    #[error("a key expires in the future, and within {} days", LONGEST.whole_days())]
    Expiry,
    /// A key without a scope opens nothing.
    #[error("a key needs at least one scope")]
    NoScope,
}
