//! Why the floor of a wallet refuses an order.

use super::state::{MAX_WITHIN_MS, MIN_WITHIN_MS};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The wallet has no floor on this chain.
    #[error("the wallet has no floor on this chain")]
    Unset,
    /// A run that gets money has too little or too much time.
    #[error("a top-up takes {MIN_WITHIN_MS} to {MAX_WITHIN_MS} ms")]
    Within,
}
