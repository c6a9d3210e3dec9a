//! Why a user refuses an order.

use time::OffsetDateTime;

use super::state::{MAX_NAME, MAX_REASON};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such user.
    #[error("there is no such user")]
    Unknown,
    /// They exist already.
    #[error("this user exists already")]
    Exists,
    /// The name cannot be taken.
    #[error("a name has 1 to {MAX_NAME} bytes and no control characters")]
    Name,
    /// The reason is too long.
    #[error("a reason has at most {MAX_REASON} bytes")]
    Reason,
    /// Too many failures.
    #[error("too many failures: try again later")]
    Locked {
        /// When it is worth trying again.
        until: OffsetDateTime,
    },
    /// They are not let in.
    #[error("the user is suspended")]
    Suspended,
    /// The proof was used before, or is none of this user.
    #[error("the code was used before")]
    StaleProof,
    /// There is no second factor, or none that waits to be confirmed.
    #[error("no authenticator is being enrolled")]
    NoTotp,
    /// There is one already.
    #[error("an authenticator is enrolled already: remove it first")]
    HasTotp,
    /// The secret for setting the password is not the last one, or is over.
    #[error("this reset token was used, replaced or is over")]
    StaleReset,
    /// Nothing changes.
    #[error("the user is {0} already")]
    Already(&'static str),
}
