//! Why a connector refuses an order.

use super::state::{MAX_NAME, MAX_TEXT};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such connector, or none any more.
    #[error("this connector does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this connector exists already")]
    Exists,
    /// Somebody was faster.
    #[error("the connector is at version {actual} now, not at {expected}: look at it again")]
    Conflict {
        /// The version that was seen.
        expected: u64,
        /// The version that it has.
        actual: u64,
    },
    /// The name does not serve.
    #[error("a name has 1 to {MAX_NAME} characters, none of them a control character")]
    Name,
    /// The description does not serve.
    #[error("a description has at most {MAX_TEXT} characters, none of them a control character")]
    Description,
    /// Private to nobody.
    #[error("only what one person or program owns can be private: name an owner")]
    PrivateToNobody,
    /// What came back from the provider was not awaited, came twice, or came too late.
    #[error("this authorization is not awaited: it was used, has expired, or was never begun")]
    NotAwaited,
}
