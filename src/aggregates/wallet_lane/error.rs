//! Why a lane refuses an order.

use super::state::{IN_FLIGHT, MAX_OPEN};
use crate::policies::approvals;
use crate::primitives::IntentId;

/// The obstacle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was accepted before.
    #[error("the intent {0} was accepted before")]
    Known(IntentId),
    /// It is for another wallet or another chain.
    #[error("the intent {0} belongs to another lane")]
    Elsewhere(IntentId),
    /// Too much waits.
    #[error("{MAX_OPEN} transactions of this wallet wait on this chain already")]
    Full,
    /// There is none of this id that is not over.
    #[error("the intent {0} is not open")]
    NotOpen(IntentId),
    /// The answer to the question for approval does not count.
    #[error(transparent)]
    Approval(#[from] approvals::Refused),
    /// It does not stand where this order could concern it.
    #[error("the intent {0} does not stand where it could be told to {1}")]
    OutOfPlace(IntentId, &'static str),
    /// As many as may be in flight are.
    #[error("{IN_FLIGHT} transactions of this wallet are in flight on this chain")]
    Busy,
    /// What was signed is not what was to be signed.
    #[error("what was signed for {intent} is not what was to be signed: {why}")]
    Forged {
        /// Of which intent.
        intent: IntentId,
        /// What differs.
        why: String,
    },
    /// The hash is none of this intent's.
    #[error("the intent {0} never sent that transaction")]
    Stranger(IntentId),
    /// The price does not replace what is there.
    #[error("the fees do not rise by an eighth on both prices, so that nodes would refuse")]
    TooCheap,
    /// The price is beyond what the intent may cost.
    #[error("the fees could come to more than the intent may cost")]
    TooDear,
}
