//! Why an order about what is kept is refused.

use super::state::{LEAST_DAYS, MAX_HOLDS};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// So soon nothing is let go.
    #[error("runs are kept for at least {LEAST_DAYS} days")]
    TooSoon,
    /// A reason is a text.
    #[error("say why, in 1 to 1,000 characters")]
    Reason,
    /// There are enough.
    #[error(
        "an organization has at most {MAX_HOLDS} holds: lift one, or hold the whole organization"
    )]
    TooMany,
    /// Its time has not come, or somebody holds it.
    #[error("it is kept: its time has not come, or it is held")]
    Kept,
    /// Somebody holds one of its runs.
    #[error("a legal hold covers one of its runs")]
    Held,
    /// Nobody ordered it.
    #[error("nobody ordered that this subject is shredded")]
    NotOrdered,
    /// There is no such hold.
    #[error("there is no such hold")]
    UnknownHold,
}
