//! Why a schema refuses an order.

use super::event::MAX_TEXT;
use super::state::{MAX_TAGS, MAX_VERSIONS};
use crate::schemas::{Bump, MAX_NAME, Version};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such schema.
    #[error("this schema does not exist")]
    Unknown,
    /// The name is taken.
    #[error("a schema of this name exists already: add a version to it")]
    Exists,
    /// There is no such version.
    #[error("the schema has no version {0}")]
    NoSuchVersion(Version),
    /// Somebody added a version while this one was compared.
    #[error("the schema has changed since this version was compared: try again")]
    Changed,
    /// The number is not far enough from the last one.
    #[error(
        "version {wanted} does not follow {last}: these changes ask for {least} or higher ({bump:?})"
    )]
    Number {
        /// What was asked for.
        wanted: Version,
        /// The last version.
        last: Version,
        /// The first number that is allowed.
        least: Version,
        /// How far the changes move it on.
        bump: Bump,
    },
    /// It is the last version again.
    #[error("this is what version {0} says already")]
    Same(Version),
    /// No more versions.
    #[error("a schema has at most {MAX_VERSIONS} versions: begin a new one under another name")]
    Full,
    /// What is said of it is too long, or too much.
    #[error(
        "a description has at most {MAX_TEXT} bytes, an owner and a tag at most {MAX_NAME}; there \
         are at most {MAX_TAGS} tags, and no control characters in any"
    )]
    Details,
}
