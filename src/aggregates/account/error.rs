//! Why an account refuses an order.

use super::state::{MAX_BALANCE, MAX_NOTE_BYTES};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing, or more than an account holds.
    #[error("an account takes 1 to {MAX_BALANCE} units, and holds no more than that over all time")]
    Units,
    /// The plan has an amount that is out of bounds.
    #[error("a plan grants and holds back at most {MAX_BALANCE} units")]
    Plan,
    /// The reason or the reference is too long.
    #[error("it has at most {MAX_NOTE_BYTES} bytes and no control characters")]
    Note,
}
