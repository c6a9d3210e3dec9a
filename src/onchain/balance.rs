//! What `get-balance` asks.

use alloy_primitives::Address;

use super::payload::{Payload, Question};
use crate::chains::At;
use crate::primitives::ChainId;

/// How much an address has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The chain.
    pub chain: ChainId,
    /// Whose.
    pub address: Address,
    /// Of which token; of the chain's coin where none is named.
    pub token: Option<Address>,
    /// At which block.
    pub at: At,
}

impl Question for Balance {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (chain, address, at) = (payload.chain(), payload.address("address"), payload.block());
        let token = payload.address("tokenAddress");
        Some(Self { chain: chain?, address: address?, token, at: at? })
    }
}
