//! Why a run refuses an order.

use engine::Refusal;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is no such run.
    #[error("this run does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this run has started already")]
    Started,
    /// The engine refuses what happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
}
