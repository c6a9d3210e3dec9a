//! Why the endpoints of an organization refuse an order.

use super::state::MAX_CHAINS;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are none.
    #[error("the organization has named no endpoints of this chain")]
    Unknown,
    /// No endpoint is named.
    #[error("name at least one endpoint; to read the chain as the installation does, remove them")]
    Empty,
    /// There are too many chains.
    #[error(
        "an organization names endpoints of at most {MAX_CHAINS} chains: remove those of one first"
    )]
    Full,
}
