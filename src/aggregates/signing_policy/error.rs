//! Why the policies of an organization refuse an order.

use super::state::{MAX_DELAY, MAX_POLICIES};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none of that name.
    #[error("the organization has no policy of this name")]
    Unknown,
    /// It is defined, and does not count yet.
    #[error("the policy does not count yet: withdraw it, or define it anew")]
    NotYet,
    /// Nothing waits.
    #[error("no change of this policy waits: it counts already, or it was withdrawn")]
    NothingWaits,
    /// There are too many.
    #[error("an organization has at most {MAX_POLICIES} policies: remove one first")]
    Full,
    /// It is too long.
    #[error("changes wait at most {MAX_DELAY} seconds, which are 30 days")]
    TooLong,
}
