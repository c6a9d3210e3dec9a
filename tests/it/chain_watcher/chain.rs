//! A chain in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use alloy_primitives::{Address, B256, U256, keccak256};
use chainkeel::abi::EventShape;
use chainkeel::actors::detector::chain_watcher::{
    ChainSource, ChainSources, RawLog, RawReceipt, RawTransaction, Seen, Unread,
};
use chainkeel::triggers::evm::{Link, Outcome, Query, SeenBlock};
use futures::FutureExt;
use futures::future::BoxFuture;

/// The event that the contracts of this chain write.
pub(super) const TRANSFER: &str =
    "Transfer(address indexed from, address indexed to, uint256 value)";
static TOPIC: LazyLock<B256> =
    LazyLock::new(|| EventShape::of_signature(TRANSFER).unwrap().topic());
/// The contract that writes it.
pub(super) const TOKEN: Address = Address::repeat_byte(0x70);
/// A wallet.
pub(super) const WALLET: Address = Address::repeat_byte(0xaa);
/// Somebody else's.
pub(super) const STRANGER: Address = Address::repeat_byte(0xbb);

/// A transaction that transfers tokens, or coins where it has no logs.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) hash: B256,
    pub(super) to: Address,
    pub(super) value: u64,
    pub(super) transfers: Vec<u64>,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone)]
struct Block {
    link: Link,
    sent: Vec<Sent>,
}

#[derive(Debug, Default)]
struct State {
    blocks: Vec<Block>,
    salt: u64,
    next: u64,
    /// How many blocks behind the head the next answers stop.
    behind: u64,
    finalized: Option<u64>,
    /// How many questions were asked, by their names.
    asked: BTreeMap<&'static str, u64>,
}

/// A chain; the tests write it, the watcher reads it.
#[derive(Debug, Default)]
pub(super) struct Chain(Mutex<State>);

impl State {
    fn push(&mut self, sent: Vec<Sent>) {
        self.salt += 1;
        let number = self.blocks.len() as u64;
        let parent = self.blocks.last().map_or(B256::ZERO, |block| block.link.hash);
        let hash = keccak256([parent.as_slice(), &self.salt.to_be_bytes()].concat());
        self.blocks.push(Block { link: Link { number, hash, parent }, sent });
    }

    fn seen(block: &Block) -> SeenBlock {
        let timestamp = 1_790_000_000 + block.link.number * 12;
        SeenBlock { chain: super::CHAIN, link: block.link, timestamp }
    }

    fn of(&self, hash: B256) -> Result<&Block, Unread> {
        self.blocks.iter().find(|block| block.link.hash == hash).ok_or(Unread::Missing(hash))
    }

    fn logs(block: &Block) -> Vec<RawLog> {
        let mut logs = Vec::new();
        for sent in &block.sent {
            for value in &sent.transfers {
                logs.push(RawLog {
                    address: TOKEN,
                    topics: vec![*TOPIC, STRANGER.into_word(), sent.to.into_word()],
                    data: U256::from(*value).to_be_bytes::<32>().into(),
                    transaction: sent.hash,
                    block: block.link,
                    index: logs.len() as u64,
                });
            }
        }
        logs
    }
}

impl Chain {
    /// A chain of so many empty blocks.
    pub(super) fn of(blocks: usize) -> Arc<Self> {
        let chain = Self::default();
        for _ in 0..blocks {
            chain.write(|state| state.push(Vec::new()));
        }
        Arc::new(chain)
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn ask<T>(&self, question: &'static str, answer: impl FnOnce(&State) -> T) -> T {
        self.write(|state| {
            *state.asked.entry(question).or_default() += 1;
            answer(state)
        })
    }

    /// A transaction with so many transfers, which is in no block yet.
    pub(super) fn sent(&self, transfers: &[u64]) -> Sent {
        self.write(|state| {
            state.next += 1;
            let hash = keccak256(state.next.to_be_bytes());
            Sent {
                hash,
                to: WALLET,
                value: 0,
                transfers: transfers.to_vec(),
                outcome: Outcome::Success,
            }
        })
    }

    /// A block with these transactions.
    pub(super) fn mine(&self, sent: &[Sent]) {
        self.write(|state| state.push(sent.to_vec()));
    }

    /// So many empty blocks.
    pub(super) fn mine_empty(&self, blocks: usize) {
        for _ in 0..blocks {
            self.mine(&[]);
        }
    }

    /// Replaces the last blocks by these, and these may be more.
    pub(super) fn reorganize(&self, depth: usize, blocks: &[Vec<Sent>]) {
        self.write(|state| {
            let left = state.blocks.len() - depth;
            state.blocks.truncate(left);
            for sent in blocks {
                state.push(sent.clone());
            }
        });
    }

    /// The endpoint shows the chain as it was so many blocks ago.
    pub(super) fn lag(&self, blocks: u64) {
        self.write(|state| state.behind = blocks);
    }

    /// Everything up to this block is final.
    pub(super) fn finalize(&self, number: u64) {
        self.write(|state| state.finalized = Some(number));
    }

    pub(super) fn head(&self) -> i64 {
        self.write(|state| state.blocks.len() as i64 - 1)
    }

    pub(super) fn head_hash(&self) -> String {
        self.write(|state| state.blocks.last().unwrap().link.hash.to_string())
    }

    /// How often something was asked.
    pub(super) fn asked(&self, question: &'static str) -> u64 {
        self.write(|state| state.asked.get(question).copied().unwrap_or_default())
    }
}

/// The chains of a test: one.
#[derive(Debug)]
pub(super) struct One(pub(super) Arc<Chain>);

impl ChainSources for One {
    fn open(&self, chain: u64) -> Option<Arc<dyn ChainSource>> {
        (chain == super::CHAIN).then(|| Arc::clone(&self.0) as Arc<dyn ChainSource>)
    }
}

impl ChainSource for Chain {
    fn poll(&self) -> Duration {
        Duration::from_millis(10)
    }

    fn heads(&self) -> BoxFuture<'_, Result<Seen, Unread>> {
        let seen = self.ask("heads", |state| {
            let finalized = state.finalized.and_then(|number| {
                let at = usize::try_from(number).unwrap();
                state.blocks.get(at).map(|block| (number, block.link.hash))
            });
            let head = (state.blocks.len() as u64 - 1).saturating_sub(state.behind);
            Seen { head, safe: finalized, finalized }
        });
        async move { Ok(seen) }.boxed()
    }

    fn block(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        let block = self.ask("block", |state| {
            let at = usize::try_from(number).unwrap();
            state.blocks.get(at).map(State::seen)
        });
        async move { Ok(block) }.boxed()
    }

    fn agreed(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        self.block(number)
    }

    fn block_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        let block = self.ask("block_by_hash", |state| state.of(hash).ok().map(State::seen));
        async move { Ok(block) }.boxed()
    }

    fn logs<'a>(
        &'a self,
        block: B256,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<Vec<RawLog>, Unread>> {
        let logs: Result<_, Unread> = self.ask("logs", |state| {
            let mut logs = State::logs(state.of(block)?);
            logs.retain(|log| query.takes(log.address, &log.topics));
            Ok(logs)
        });
        async move { logs }.boxed()
    }

    fn logs_in<'a>(
        &'a self,
        from: u64,
        to: u64,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<(Vec<RawLog>, u64), Unread>> {
        // A node that answers a part of what it is asked for.
        let to = to.min(from + 299);
        let logs = self.ask("logs_in", |state| {
            let blocks = state.blocks.iter().filter(|it| (from..=to).contains(&it.link.number));
            let mut logs: Vec<_> = blocks.flat_map(State::logs).collect();
            logs.retain(|log| query.takes(log.address, &log.topics));
            logs
        });
        async move { Ok((logs, to)) }.boxed()
    }

    fn transactions(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawTransaction>, Unread>> {
        let found: Result<Vec<_>, Unread> = self.ask("transactions", |state| {
            let sent = state.of(block)?.sent.iter().enumerate();
            Ok(sent
                .map(|(index, sent)| RawTransaction {
                    hash: sent.hash,
                    from: STRANGER,
                    to: Some(sent.to),
                    value: U256::from(sent.value),
                    index: index as u64,
                })
                .collect())
        });
        async move { found }.boxed()
    }

    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawReceipt>, Unread>> {
        let found: Result<Vec<_>, Unread> = self.ask("receipts", |state| {
            let block = state.of(block)?;
            let logs = State::logs(block);
            let of = |hash| logs.iter().filter(move |log| log.transaction == hash);
            let sent = block.sent.iter();
            Ok(sent
                .map(|sent| RawReceipt {
                    transaction: sent.hash,
                    outcome: sent.outcome,
                    logs: of(sent.hash).map(|log| log.index).collect(),
                })
                .collect())
        });
        async move { found }.boxed()
    }
}
