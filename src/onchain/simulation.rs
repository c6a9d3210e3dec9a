//! What `simulate-transaction` asks.

use alloy_primitives::Bytes;

use super::calling::Calling;
use super::payload::{Payload, Question};
use crate::chains::{At, Message};
use crate::primitives::ChainId;

/// What a transaction would do.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The chain.
    pub chain: ChainId,
    /// The transaction.
    pub message: Message,
    /// The function that it calls, and the errors that are known.
    pub calling: Calling,
    /// At which block.
    pub at: At,
    /// Whether the node fails where the transaction would.
    pub fails: bool,
}

impl Question for Simulation {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let chain = payload.chain();
        let (from, to) = (payload.address("from"), payload.address("to"));
        let value = payload.amount("value");
        let (gas, at) = (payload.whole("gas"), payload.block());
        let fails = payload.flag("failOnRevert").unwrap_or_default();
        let by_name = payload.has("function") || payload.has("arguments");
        if by_name && payload.has("data") {
            return payload.problem("/data", "is what `function` and `arguments` make: give one");
        }
        let calling = if by_name {
            Calling::read(payload)
        } else {
            let errors = payload.abi();
            let data = if payload.has("data") { payload.bytes("data") } else { Some(Bytes::new()) };
            errors.zip(data).map(|(it, data)| Calling { function: None, data, errors: it.errors })
        };
        let is_nothing = !payload.has("to") && !payload.has("data") && !by_name;
        if is_nothing {
            return payload.problem("", "needs `to`, or `data` of a contract to make");
        }
        let calling = calling?;
        let message =
            Message { from, to, value: value.unwrap_or_default(), data: calling.data.clone(), gas };
        Some(Self { chain: chain?, message, calling, at: at?, fails })
    }
}
