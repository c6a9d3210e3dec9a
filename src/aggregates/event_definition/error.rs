//! Why a definition refuses an order.

use super::state::{MAX_EXAMPLES, MAX_EXAMPLES_BYTES, MAX_SCHEMA_BYTES, MAX_TEXT, MAX_VERSIONS};
use crate::schemas::Version;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such definition.
    #[error("these events have no definition")]
    Unknown,
    /// There is no such version.
    #[error("the definition has no version {0}")]
    NoSuchVersion(Version),
    /// The version is taken.
    #[error("version {0} of this definition exists already: what it says never changes")]
    Exists(Version),
    /// No more versions.
    #[error("a definition has at most {MAX_VERSIONS} versions: begin a new event name")]
    Full,
    /// The name is none.
    #[error(
        "must be the name of an event: words of letters, digits, _ and - with dots between, 128 bytes at most, like order.paid"
    )]
    Name,
    /// The description is too long.
    #[error("has at most {MAX_TEXT} bytes")]
    Description,
    /// The schema is too large.
    #[error(
        "has at most {MAX_SCHEMA_BYTES} bytes of JSON: register it, and refer to it as schema:namespace/name@1.0.0"
    )]
    SchemaTooLarge,
    /// The examples are too many or too large.
    #[error(
        "there are at most {MAX_EXAMPLES} examples, of {MAX_EXAMPLES_BYTES} bytes of JSON together"
    )]
    Examples,
}
