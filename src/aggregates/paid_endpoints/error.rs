//! Why the paid endpoints of an organization refuse an order.

use super::state::{MAX_ENDPOINTS, TRIAL_HOURS};
use crate::primitives::PaidEndpointId;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such endpoint.
    #[error("there is no such endpoint")]
    Unknown,
    /// It was added before.
    #[error("the endpoint is there already")]
    Exists,
    /// Another one has the name.
    #[error("endpoint {0} has this name already: choose another one")]
    NameTaken(PaidEndpointId),
    /// Nobody has tried it.
    #[error(
        "the endpoint was not tried with success in the last {TRIAL_HOURS} hours, by this method and for this \
         price, token and receiver: `POST /v1/x402-endpoints/test` does it"
    )]
    Untried,
    /// It would be paid more than it may.
    #[error("`maxAllowedPrice` is below the price that it asks")]
    Bound,
    /// There are too many.
    #[error("an organization has at most {MAX_ENDPOINTS} paid endpoints")]
    Full,
}
