//! What the rooms above ask of a chain.

use std::ops::RangeInclusive;

use alloy_primitives::{Address, B256, Bytes, U256};
use futures::future::BoxFuture;
use tokio::sync::Notify;

use super::block::{Block, Header};
use super::error::Error;
use super::filter::LogFilter;
use super::foresight::Foreseen;
use super::pool::Standing;
use super::receipt::{Log, Receipt};
use super::state::{At, Called, Gas, Message, Submitted};
use super::writer::ChainWriter;
use crate::primitives::ChainId;

/// How far a chain has come. None of the three goes back for what an endpoint says: a reorg is seen
/// in hashes, not here. A head that no endpoint has had for half a minute was never there, and is
/// forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// The highest block that a majority of the live endpoints has.
    pub latest: u64,
    /// The highest block that the chain calls safe, where it has that word.
    pub safe: Option<u64>,
    /// The highest block that is final by the chain's rule in the catalogue: by the chain's own
    /// word, or because it is old or deep enough.
    pub finalized: Option<u64>,
}

/// The part of a range that was read, and its logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From the first block that was asked for; it ends earlier where the range was too much for
    /// one time. What follows is to be asked for next.
    pub read: RangeInclusive<u64>,
    /// All logs of these blocks that the filter wants, in the order of the chain.
    pub logs: Vec<Log>,
}

/// Reads one chain, and writes to it as a [`ChainWriter`].
///
/// `None` says that no endpoint has the block or transaction: not yet, or, where it is asked for by
/// hash, no longer. An [`Error`] says that nobody knows: the same question is to be asked again
/// later, and nothing was skipped.
pub trait ChainReader: ChainWriter {
    /// Which chain.
    fn chain(&self) -> ChainId;

    /// What is thought of its endpoints now.
    fn standings(&self) -> Vec<Standing>;

    /// Rings whenever an endpoint announces a block, for as long as it is awaited. A ring says that it
    /// is worth asking now; that there is none says nothing.
    fn listen<'a>(&'a self, bell: &'a Notify) -> BoxFuture<'a, ()>;

    /// How far the chain has come. It asks every endpoint that may be asked.
    fn heads(&self) -> BoxFuture<'_, Result<Heads, Error>>;

    /// The head of the block at a height, on the chain as it is now.
    fn header(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>>;

    /// The head of the block at a height that a majority of the endpoints that answer has: the
    /// question before a reorg is believed. [`Error::Disputed`] where there is no majority.
    fn header_by_majority(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>>;

    /// The head of a block.
    fn header_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<Header>, Error>>;

    /// A block with its transactions.
    fn block(&self, hash: B256) -> BoxFuture<'_, Result<Option<Block>, Error>>;

    /// The logs of one block that a filter wants, in their order. They are that block's and no
    /// other's, and an empty answer that the block's bloom makes doubtful was heard twice.
    fn logs<'a>(
        &'a self,
        block: B256,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Option<Vec<Log>>, Error>>;

    /// The logs of a range of blocks, on the chain as it is now: which part of it was read, and
    /// what is there. Meant for what is final; nearer to the head, blocks are read one by one.
    fn logs_in<'a>(
        &'a self,
        range: RangeInclusive<u64>,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Span, Error>>;

    /// What became of a transaction.
    fn receipt(&self, transaction: B256) -> BoxFuture<'_, Result<Option<Receipt>, Error>>;

    /// What became of all transactions of a block, in their order.
    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Option<Vec<Receipt>>, Error>>;

    /// The head of the block that is meant, on the chain as it is now.
    fn block_at(&self, at: At) -> BoxFuture<'_, Result<Option<Header>, Error>>;

    /// What a call would do at a block. Where it is undone, that is the answer.
    fn call<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Called>, Error>>;

    /// How much gas a call takes at the newest block, by an endpoint that has this one.
    fn gas<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Gas, Error>>;

    /// What an account has of the chain's coin at a block, in its smallest unit.
    fn balance<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<U256>, Error>>;

    /// How many transactions an account has sent up to a block.
    fn nonce<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<u64>, Error>>;

    /// The code of an account at a block; nothing of one that is no contract.
    fn code<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Bytes>, Error>>;

    /// What would come of a call at the end of a block, upon other calls that nobody sends either; code
    /// may stand at an address meanwhile. A call that cannot even begin is undone.
    fn foresee<'a>(
        &'a self,
        before: &'a [Message],
        what: (&'a Message, Option<(Address, &'a Bytes)>),
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Foreseen>, Error>>;

    /// A transaction by its hash, whether it is in a block or waits for one.
    fn transaction(&self, hash: B256) -> BoxFuture<'_, Result<Option<Submitted>, Error>>;
}
