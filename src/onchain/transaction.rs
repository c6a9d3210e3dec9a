//! What nodes ask about one transaction.

use std::time::Duration;

use alloy_primitives::{Address, B256};
use serde_json::Value;

use super::payload::{Payload, Question};
use crate::abi::Contract;
use crate::chains::Chain;
use crate::primitives::ChainId;

/// The most confirmations that are waited for.
const MAX_CONFIRMATIONS: u64 = 10_000;

/// What `get-transaction` asks.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The chain.
    pub chain: ChainId,
    /// The transaction.
    pub hash: B256,
    /// By what its call and its logs are read.
    pub contract: Contract,
}

/// What `debug-transaction` asks.
#[derive(Debug, Clone)]
pub struct Debug(pub Lookup);

/// What `wait-for-transaction` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitFor {
    /// The chain.
    pub chain: ChainId,
    /// The transaction.
    pub hash: B256,
    /// How sure it has to be.
    pub until: Until,
    /// How long it is waited; as long as the attempt may take where it is not said.
    pub limit: Option<Duration>,
    /// The sender and the number of the transaction, where they are known beforehand: then one that
    /// took its place is told, although nobody has seen the transaction itself.
    pub sender: Option<(Address, u64)>,
    /// Whether the node fails where the transaction did not do what it was to do.
    pub fails: bool,
}

/// How sure it has to be that a transaction stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// So many blocks stand on its block.
    Confirmations(u64),
    /// The chain calls its block safe.
    Safe,
    /// Its block is final.
    Finalized,
}

impl Question for Lookup {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (chain, hash) = (payload.chain(), payload.hash("transactionHash"));
        let contract = payload.abi();
        Some(Self { chain: chain?, hash: hash?, contract: contract? })
    }
}

impl Question for Debug {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        Lookup::read(payload).map(Self)
    }
}

impl Question for WaitFor {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (chain, hash) = (payload.chain(), payload.hash("transactionHash"));
        let until = match (payload.has("until"), chain) {
            (true, _) => until(payload),
            (false, chain) => chain.map(Until::usual),
        };
        let limit = payload.whole("timeoutMs").map(Duration::from_millis);
        let (from, nonce) = (payload.address("from"), payload.whole("nonce"));
        if payload.has("from") != payload.has("nonce") {
            return payload.problem("/nonce", "goes with `from`: give both, or none");
        }
        let fails = payload.flag("failOnRevert").unwrap_or_default();
        let sender = from.zip(nonce);
        Some(Self { chain: chain?, hash: hash?, until: until?, limit, sender, fails })
    }
}

impl Until {
    /// As many confirmations as suit the chain.
    fn usual(chain: ChainId) -> Self {
        let known = Chain::of(chain).map(|chain| chain.confirmations);
        Self::Confirmations(known.unwrap_or(Chain::CONFIRMATIONS_OF_UNKNOWN))
    }
}

fn until(payload: &mut Payload<'_>) -> Option<Until> {
    if payload.has_open("until") {
        return None;
    }
    let read = match payload.known("until")? {
        Value::String(text) => match text.as_str() {
            "safe" => Some(Until::Safe),
            "finalized" => Some(Until::Finalized),
            _ => None,
        },
        Value::Object(fields) => fields
            .get("confirmations")
            .and_then(Value::as_u64)
            .filter(|blocks| *blocks <= MAX_CONFIRMATIONS)
            .map(Until::Confirmations),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    };
    read.or_else(|| {
        payload.problem(
            "/until",
            "must be `safe`, `finalized` or {\"confirmations\": n}, with n up to 10000",
        )
    })
}
