//! Blocks and the transactions in them.

use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::quantity;

/// What a node says beyond what is read here: fields of newer forks and of single chains. Nothing
/// is dropped.
pub type Extra = Map<String, Value>;

/// The head of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Its height.
    #[serde(with = "quantity")]
    pub number: u64,
    /// Its own hash.
    pub hash: B256,
    /// The hash of the block before it.
    #[serde(rename = "parentHash")]
    pub parent: B256,
    /// When it was made, in seconds since 1970, as its maker says.
    #[serde(rename = "timestamp", with = "quantity")]
    pub timestamp_s: u64,
    /// Which addresses and topics its logs may have. Some chains leave it out, and some fill it
    /// with nothing: whether it can be trusted stands in the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs_bloom: Option<Bloom>,
    /// All other fields.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A block with its transactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The transactions, in their order.
    pub transactions: Vec<Transaction>,
    /// Its head.
    #[serde(flatten)]
    pub header: Header,
}

/// A transaction in a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Its hash.
    pub hash: B256,
    /// Its place in the block, from 0.
    #[serde(rename = "transactionIndex", with = "quantity")]
    pub index: u64,
    /// Who signed it.
    pub from: Address,
    /// Whom it calls or pays; nobody where it makes a contract.
    #[serde(default)]
    pub to: Option<Address>,
    /// What it pays, in the smallest unit of the chain's coin.
    pub value: U256,
    /// What it calls with.
    pub input: Bytes,
    /// All other fields.
    #[serde(flatten)]
    pub extra: Extra,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_block_keeps_the_fields_that_nobody_here_knows() {
        let told = json!({
            "number": "0x10", "hash": B256::repeat_byte(1), "parentHash": B256::repeat_byte(2),
            "timestamp": "0x65", "l1BatchNumber": "0x7",
            "transactions": [{
                "hash": B256::repeat_byte(3), "transactionIndex": "0x0", "to": null,
                "from": Address::repeat_byte(4), "value": "0xde0b6b3a7640000", "input": "0x0a",
                "yParity": "0x1",
            }],
        });

        let block: Block = serde_json::from_value(told.clone()).unwrap();

        assert_eq!((block.header.number, block.header.timestamp_s), (16, 101));
        assert_eq!(block.header.extra["l1BatchNumber"], "0x7");
        assert_eq!(block.transactions[0].value, U256::from(1_000_000_000_000_000_000_u64));
        assert_eq!(block.transactions[0].extra["yParity"], "0x1");
        assert_eq!(serde_json::to_value(&block).unwrap(), told);
    }
}
