//! Why the request of a signature refuses an order.

use crate::policies::approvals;
use crate::primitives::IntentId;

/// The obstacle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was accepted before.
    #[error("the document {0} was accepted before")]
    Known(IntentId),
    /// Nothing was accepted under its id.
    #[error("no document of this id is to be signed")]
    Unknown,
    /// The answer to the question for approval does not count.
    #[error(transparent)]
    Approval(#[from] approvals::Refused),
    /// It does not stand where this order could concern it.
    #[error("the document {0} does not stand where it could {1}")]
    OutOfPlace(IntentId, &'static str),
    /// The signature is not one of the document by the wallet.
    #[error("the signature of the document {intent} does not count: {why}")]
    Forged {
        /// Of which document.
        intent: IntentId,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody but its node uses it: what is reserved was counted as used when it was signed.
    #[error("the document {0} has no user beside its node: what it took of limits is used")]
    NoUser(IntentId),
    /// What is offered as proof shows nothing of the kind.
    #[error(
        "that a document was never used is proven by a final block after its time and nothing else"
    )]
    NoProof,
}
