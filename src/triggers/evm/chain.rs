//! What triggers have to know of chains.

use super::level::Delivery;
use crate::chains::Chain;
use crate::primitives::ChainId;

/// How sure triggers of a chain are where they do not say it.
pub(super) fn default_delivery(chain: u64) -> Delivery {
    let known = Chain::of(ChainId(chain)).map(|chain| chain.confirmations);
    match known.unwrap_or(Chain::CONFIRMATIONS_OF_UNKNOWN) {
        0 => Delivery::Seen,
        blocks => Delivery::Confirmations(blocks),
    }
}
