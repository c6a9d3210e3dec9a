//! What a watcher reads of a chain. Every answer about one block is pinned by its hash.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::Notify;

use crate::chains::{ChainReader, Standing};
use crate::triggers::evm::{Link, Outcome, Query, SeenBlock};

/// Why a chain could not be read now. It is asked again.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Nobody answered, or nobody whose answer could be trusted.
    #[error("asking the chain")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The endpoint does not have a block that it had a moment ago.
    #[error("block {0} is not there any more")]
    Missing(B256),
    /// Two answers about one block contradict each other.
    #[error("the answers about block {block} contradict each other: {how}")]
    Contradiction {
        /// The block.
        block: B256,
        /// In which way.
        how: String,
    },
}

/// The heads of a chain, as most of its endpoints see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The highest block.
    pub head: u64,
    /// The highest that the chain calls safe, with its hash.
    pub safe: Option<(u64, B256)>,
    /// The highest that the chain calls final, with its hash.
    pub finalized: Option<(u64, B256)>,
}

/// A log as it is answered.
#[derive(Debug, Clone)]
pub struct RawLog {
    /// The contract.
    pub address: Address,
    /// Up to four.
    pub topics: Vec<B256>,
    /// What is not indexed.
    pub data: Bytes,
    /// Its transaction.
    pub transaction: B256,
    /// Its block.
    pub block: Link,
    /// Its index in the block.
    pub index: u64,
}

/// A transaction as it is answered.
#[derive(Debug, Clone, Copy)]
pub struct RawTransaction {
    /// Its hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// To whom.
    pub to: Option<Address>,
    /// What it carries, in wei.
    pub value: U256,
    /// Its number in the block.
    pub index: u64,
}

/// A receipt as it is answered.
#[derive(Debug, Clone)]
pub struct RawReceipt {
    /// Of which transaction.
    pub transaction: B256,
    /// How it ended.
    pub outcome: Outcome,
    /// The indexes in the block of its logs, in their order.
    pub logs: Vec<u64>,
}

/// A chain that can be read.
pub trait ChainSource: Send + Sync {
    /// How often it is looked at.
    fn poll(&self) -> Duration;

    /// Who reads it for others than watchers, where somebody does.
    fn reader(&self) -> Option<Arc<dyn ChainReader>> {
        None
    }

    /// What is thought of its endpoints, where it has some.
    fn standings(&self) -> Vec<Standing> {
        Vec::new()
    }

    /// Rings whenever it is worth looking now, for as long as it is awaited.
    fn listen<'a>(&'a self, _bell: &'a Notify) -> BoxFuture<'a, ()> {
        std::future::pending().boxed()
    }

    /// Its heads.
    fn heads(&self) -> BoxFuture<'_, Result<Seen, Unread>>;

    /// The block of that number, as it is now.
    fn block(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>>;

    /// The block of that number that most of the endpoints have which keep up: the question before a
    /// branch is followed. It fails where they disagree.
    fn agreed(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>>;

    /// The block with that hash.
    fn block_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>>;

    /// The logs of one block that a question asks for.
    fn logs<'a>(
        &'a self,
        block: B256,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<Vec<RawLog>, Unread>>;

    /// The logs of a range, and the last block of it that was read.
    fn logs_in<'a>(
        &'a self,
        from: u64,
        to: u64,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<(Vec<RawLog>, u64), Unread>>;

    /// The transactions of one block.
    fn transactions(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawTransaction>, Unread>>;

    /// The receipts of one block.
    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawReceipt>, Unread>>;
}
