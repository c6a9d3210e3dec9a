//! What `read-contract` asks.

use alloy_primitives::Address;

use super::calling::Calling;
use super::payload::{Payload, Question};
use crate::chains::At;
use crate::primitives::ChainId;

/// What a function of a contract says.
#[derive(Debug, Clone)]
pub struct ReadContract {
    /// The chain.
    pub chain: ChainId,
    /// The contract.
    pub contract: Address,
    /// Who asks; nobody in particular where it is not said.
    pub from: Option<Address>,
    /// The function and its arguments.
    pub calling: Calling,
    /// At which block.
    pub at: At,
}

impl Question for ReadContract {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (chain, contract) = (payload.chain(), payload.address("contractAddress"));
        let (from, at, calling) =
            (payload.address("from"), payload.block(), Calling::read(payload));
        Some(Self { chain: chain?, contract: contract?, from, calling: calling?, at: at? })
    }
}
