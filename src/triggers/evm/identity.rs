//! What a match is, wherever on the chain it stands: the ids from which runs are derived.
//!
//! The block's hash and the log's index in it are evidence, and change when the chain reorganizes.
//! The transaction and the ordinal of the log within it do not.

use std::fmt::Display;

use alloy_primitives::{B256, Keccak256, hex};

use super::settings::Outcome;

/// What of a chain matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A log, by its ordinal among all logs of its transaction.
    Log {
        /// The transaction.
        transaction: B256,
        /// From 0.
        ordinal: u64,
    },
    /// The value that a transaction carried.
    Value {
        /// The transaction.
        transaction: B256,
    },
    /// How a transaction ended. One that ends otherwise in another branch is another match.
    Status {
        /// The transaction.
        transaction: B256,
        /// How it ended.
        outcome: Outcome,
    },
    /// A block, by its number.
    Block(u64),
}

impl Identity {
    /// The id of this match for one subscriber: the same id starts no second run, ever.
    pub fn trigger_id(self, subscriber: &impl Display, chain: u64) -> String {
        let mut hash = Keccak256::new();
        hash.update(format!("{subscriber}\n{chain}\n"));
        match self {
            Self::Log { transaction, ordinal } => {
                hash.update(format!("log\n{transaction}\n{ordinal}"));
            }
            Self::Value { transaction } => hash.update(format!("value\n{transaction}")),
            Self::Status { transaction, outcome } => {
                hash.update(format!("status\n{transaction}\n{}", outcome.name()));
            }
            Self::Block(number) => hash.update(format!("block\n{number}")),
        }
        format!("evm:{chain}:{}", hex::encode(hash.finalize()))
    }

    /// The transaction, where it is about one.
    pub const fn transaction(self) -> Option<B256> {
        match self {
            Self::Log { transaction, .. }
            | Self::Value { transaction }
            | Self::Status { transaction, .. } => Some(transaction),
            Self::Block(_) => None,
        }
    }
}
