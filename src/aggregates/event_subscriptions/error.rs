//! Why a subscription refuses an order.

use super::state::{MAX_HEADERS, MAX_SECRETS, MAX_SUBSCRIPTIONS, MAX_URL};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none, or it was removed.
    #[error("this subscription does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this subscription exists already")]
    Exists,
    /// There are too many.
    #[error("an organization has at most {MAX_SUBSCRIPTIONS} subscriptions: remove one first")]
    Full,
    /// The pattern or the condition is none.
    #[error("{message}")]
    Meaning {
        /// The place.
        path: String,
        /// What is wrong, and the cure.
        message: String,
    },
    /// The URL leads elsewhere, and what is sealed was meant for where it led.
    #[error(
        "leads to another place than before, and the headers that are sealed were meant for that one: make another subscription, and remove this one"
    )]
    Elsewhere,
    /// Too many secrets sign at a time.
    #[error("{MAX_SECRETS} secrets sign already: wait until the first of them is over")]
    Secrets,
    /// The URL is none.
    #[error(
        "must be an http or https URL of at most {MAX_URL} bytes, without a user and a password"
    )]
    Url,
    /// There are too many headers.
    #[error("has at most {MAX_HEADERS} headers")]
    Headers,
    /// The policy is out of bounds.
    #[error(
        "has 1 to 5 attempts, an initial delay of 100 to 60,000 ms, a factor of 1 to 10, and a longest delay between the initial one and 60,000 ms"
    )]
    Retry,
}
