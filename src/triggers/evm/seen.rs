//! What was read of a chain, as triggers look at it, and the bodies with which their runs begin.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::settings::Outcome;
use super::tail::Link;

/// A block.
#[derive(Debug, Clone, Copy)]
pub struct SeenBlock {
    /// The chain's id.
    pub chain: u64,
    /// Its place.
    pub link: Link,
    /// Its time, in seconds since 1970.
    pub timestamp: u64,
}

/// A log, with its place within its transaction.
#[derive(Debug, Clone)]
pub struct SeenLog {
    /// The contract.
    pub address: Address,
    /// Up to four.
    pub topics: Vec<B256>,
    /// What is not indexed.
    pub data: Bytes,
    /// Its transaction.
    pub transaction: B256,
    /// Its ordinal among the logs of its transaction, from 0.
    pub ordinal: u64,
    /// Its index in the block.
    pub index: u64,
}

/// A transaction, with its own receipt's outcome.
#[derive(Debug, Clone)]
pub struct SeenTransaction {
    /// Its hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// To whom; to nobody where it creates a contract.
    pub to: Option<Address>,
    /// What it carried, in wei.
    pub value: U256,
    /// Its number in the block.
    pub index: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl SeenBlock {
    /// What every body says of the block.
    fn body(&self) -> Value {
        json!({
            "triggeredAt": self.at(),
            "chainId": self.chain,
            "blockNumber": self.link.number,
            "blockHash": self.link.hash.to_string(),
            "blockTimestamp": self.timestamp,
        })
    }

    /// Its time as RFC 3339.
    fn at(&self) -> Option<String> {
        let at = i64::try_from(self.timestamp).ok()?;
        OffsetDateTime::from_unix_timestamp(at).ok()?.format(&Rfc3339).ok()
    }

    /// The body of a run that begins with the block itself.
    pub fn alone(&self) -> Value {
        let mut body = self.body();
        body["parentHash"] = self.link.parent.to_string().into();
        body
    }

    /// The body of a run that begins with a log of it.
    pub fn with_log(&self, log: &SeenLog, event: &str, arguments: Value) -> Value {
        let mut body = self.body();
        body["event"] = event.into();
        body["args"] = arguments;
        body["address"] = log.address.to_checksum(None).into();
        body["transactionHash"] = log.transaction.to_string().into();
        body["logIndex"] = log.index.into();
        body["logOrdinal"] = log.ordinal.into();
        let topics = log.topics.iter().map(B256::to_string);
        body["raw"] = json!({
            "topics": topics.collect::<Vec<_>>(), "data": log.data.to_string(),
        });
        body
    }

    /// The body of a run that begins with a transfer of tokens.
    pub fn with_tokens(&self, log: &SeenLog, from: Address, to: Address, value: U256) -> Value {
        let arguments = json!({
            "from": from.to_checksum(None), "to": to.to_checksum(None), "value": value.to_string(),
        });
        let mut body = self.with_log(log, "Transfer", arguments);
        body["tokenAddress"] = body["address"].clone();
        for name in ["from", "to", "value"] {
            body[name] = body["args"][name].clone();
        }
        body
    }

    /// The body of a run that begins with a transaction of it.
    pub fn with_transaction(&self, transaction: &SeenTransaction) -> Value {
        let mut body = self.body();
        body["transactionHash"] = transaction.hash.to_string().into();
        body["transactionIndex"] = transaction.index.into();
        body["from"] = transaction.from.to_checksum(None).into();
        body["to"] = transaction.to.map(|to| to.to_checksum(None)).into();
        body["value"] = transaction.value.to_string().into();
        body["status"] = transaction.outcome.name().into();
        body
    }
}
