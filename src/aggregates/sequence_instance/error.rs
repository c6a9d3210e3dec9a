//! Why a story refuses an order.

/// How long a reason may be, in bytes.
pub(super) const MAX_REASON: usize = 500;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has not begun.
    #[error("this instance of a sequence does not exist")]
    Unknown,
    /// It did not fail.
    #[error("only an instance that failed is retried, and this one is {0}")]
    NotFailed(&'static str),
    /// It was undone.
    #[error("it was undone by compensating events, and does not go on")]
    Compensated,
    /// It has ended well, or was given up.
    #[error("it has ended: it is {0}")]
    Over(&'static str),
    /// The reason is too long.
    #[error("has at most {MAX_REASON} bytes")]
    Reason,
}
