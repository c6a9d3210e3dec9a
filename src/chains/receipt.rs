//! What became of transactions.

use alloy_primitives::{Address, B256, Bytes};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::block::Extra;
use super::quantity;

/// What became of one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The transaction.
    pub transaction_hash: B256,
    /// Its place in the block, from 0.
    #[serde(with = "quantity")]
    pub transaction_index: u64,
    /// The block that it is in.
    pub block_hash: B256,
    /// The height of that block.
    #[serde(with = "quantity")]
    pub block_number: u64,
    /// Whether it did what it was to do.
    #[serde(default)]
    pub status: Outcome,
    /// Who signed it.
    pub from: Address,
    /// Whom it called or paid.
    #[serde(default)]
    pub to: Option<Address>,
    /// The contract that it made.
    #[serde(default, rename = "contractAddress")]
    pub contract: Option<Address>,
    /// What its contracts logged, in their order.
    pub logs: Vec<Log>,
    /// All other fields: gas, fees, what a chain has of its own.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Receipt {
    /// What gas it took, where the node says so.
    pub fn gas_used(&self) -> Option<u64> {
        quantity::parse(self.extra.get("gasUsed")?.as_str()?)
    }

    /// At which price, in wei a gas, where the node says so.
    pub fn gas_price(&self) -> Option<u128> {
        let digits = self.extra.get("effectiveGasPrice")?.as_str()?.strip_prefix("0x")?;
        u128::from_str_radix(digits, 16).ok()
    }
}

/// Whether a transaction did what it was to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did.
    Success,
    /// It was undone, and its fee is paid all the same.
    Reverted,
    /// The chain did not say so at that time (Ethereum before Byzantium).
    #[default]
    Unknown,
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Success => serializer.serialize_str("0x1"),
            Self::Reverted => serializer.serialize_str("0x0"),
            Self::Unknown => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        match text.as_deref().map(quantity::parse) {
            None => Ok(Self::Unknown),
            Some(Some(1)) => Ok(Self::Success),
            Some(Some(0)) => Ok(Self::Reverted),
            Some(Some(_) | None) => Err(de::Error::custom("expected the status 0x0 or 0x1")),
        }
    }
}

/// What a contract logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The contract.
    pub address: Address,
    /// Up to four indexed words; the first names the event, where it is not an anonymous one.
    pub topics: Vec<B256>,
    /// All else that was logged.
    pub data: Bytes,
    /// The height of the block.
    #[serde(with = "quantity")]
    pub block_number: u64,
    /// The block.
    pub block_hash: B256,
    /// The transaction.
    pub transaction_hash: B256,
    /// The transaction's place in the block.
    #[serde(with = "quantity")]
    pub transaction_index: u64,
    /// The log's place in the block.
    #[serde(with = "quantity")]
    pub log_index: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_success_revert_or_unknown_and_nothing_else() {
        let read = |text: &str| serde_json::from_str::<Outcome>(text).ok();
        assert_eq!(read(r#""0x1""#), Some(Outcome::Success));
        assert_eq!(read(r#""0x0""#), Some(Outcome::Reverted));
        assert_eq!(read("null"), Some(Outcome::Unknown));
        assert_eq!(read(r#""0x2""#), None);
        assert_eq!(read("true"), None);
    }
}
