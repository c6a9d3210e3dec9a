//! Why a payment refuses an order.

use super::state::MAX_AUTHORIZATIONS;

/// The obstacle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was opened for another request.
    #[error("this payment was opened for another request: its method, URL, headers or body differ")]
    OtherRequest,
    /// Nothing was opened.
    #[error("there is no such payment")]
    Unknown,
    /// It stands elsewhere.
    #[error("the payment does not stand where this is its next step")]
    OutOfPlace,
    /// Enough was signed for it.
    #[error(
        "{MAX_AUTHORIZATIONS} authorizations of this payment have expired unused: no more are signed"
    )]
    Exhausted,
    /// It is another's signature.
    #[error("the signature is not the wallet's")]
    Forged,
}
