//! Why an order about sequences is refused.

use super::state::{MAX_NAME, MAX_SEQUENCES, MAX_VERSIONS};
use crate::schemas::Version;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such sequence.
    #[error("this sequence does not exist")]
    Unknown,
    /// The version is taken.
    #[error("version {0} of this sequence exists already: what it says never changes")]
    Exists(Version),
    /// The version comes before one that there is.
    #[error("the last version of this sequence is {0}: a new one is higher")]
    Behind(Version),
    /// No more sequences.
    #[error(
        "an organization has at most {MAX_SEQUENCES} sequences, those that were removed included"
    )]
    Full,
    /// No more versions.
    #[error("a sequence has at most {MAX_VERSIONS} versions: begin one of another name")]
    TooManyVersions,
    /// The name is none.
    #[error(
        "must be words of letters, digits, _ and - with dots between, {MAX_NAME} bytes at most, like order.fulfilment"
    )]
    Name,
    /// What it says cannot be followed.
    #[error("{message}")]
    Content {
        /// Where.
        path: String,
        /// Why.
        message: String,
    },
}
