//! Why an event is not published.

use engine::MAX_EVENT_PAYLOAD;

use super::event::{MAX_TAGS, MAX_WORD};

/// The obstacle, in words for the one who publishes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The id is taken.
    #[error("this event was published already")]
    Exists,
    /// The name is none.
    #[error(
        "must be the name of an event: words of letters, digits, _ and - with dots between, 128 bytes at most, like order.paid"
    )]
    Name,
    /// The payload is larger than a run may take.
    #[error(
        "takes more than {MAX_EVENT_PAYLOAD} bytes of JSON, or is nested too deeply: send what runs need, and a link to the rest"
    )]
    TooLarge,
    /// The sender's id is none.
    #[error("has 1 to {MAX_WORD} visible characters of ASCII")]
    SenderId,
    /// What is said about it is too long, or too much.
    #[error(
        "ids and tags have 1 to {MAX_WORD} visible characters of ASCII, and there are at most {MAX_TAGS} tags"
    )]
    Metadata,
    /// The source is empty or too long.
    #[error("has 1 to {max} characters, not {actual}")]
    Source {
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
}
