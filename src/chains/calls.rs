//! Single questions to one endpoint, each with the check of its answer: an answer about another
//! block, or one that contradicts itself, is that endpoint's fault and nobody's block.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use alloy_primitives::{B256, Bloom};
use futures::future::join_all;
use serde_json::{Value, json};

use super::block::{Block, Header};
use super::catalogue::Blooms;
use super::fault::{Advice, Fault};
use super::filter::{LogFilter, MAX_TOPICS};
use super::pool::{Node, Pool};
use super::quantity;
use super::receipt::{Log, Receipt};
use super::stretch;

/// Addresses and topics in one call; the most that common nodes take.
const MAX_WORDS: usize = 1_000;

/// Receipts that are asked for one by one at a time, where a node has no call for all of a block.
const RECEIPTS_AT_A_TIME: usize = 16;

/// Which blocks logs are asked of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'a> {
    /// One, by its hash.
    Block(&'a Header),
    /// Those of these heights.
    Range(&'a RangeInclusive<u64>),
}

impl Pool {
    pub(super) async fn header_call(
        &self,
        node: &Node,
        number: u64,
    ) -> Result<Option<Header>, Fault> {
        let asked = vec![json!(quantity::text(number)), json!(false)];
        let told: Option<Header> = node.rpc.ask("eth_getBlockByNumber", asked).await?;
        let Some(mut header) = told else { return Ok(None) };
        if header.number != number {
            return Err(invented(format!("block {} for block {number}", header.number)));
        }
        // Their hashes, by the hundred.
        header.extra.remove("transactions");
        self.known().keep(node.index(), &header);
        Ok(Some(header))
    }

    pub(super) async fn header_by_hash_call(
        &self,
        node: &Node,
        hash: B256,
    ) -> Result<Option<Header>, Fault> {
        let asked = vec![json!(hash), json!(false)];
        let told: Option<Header> = node.rpc.ask("eth_getBlockByHash", asked).await?;
        let Some(mut header) = told else { return Ok(None) };
        is_of(&header, hash)?;
        header.extra.remove("transactions");
        self.known().keep(node.index(), &header);
        Ok(Some(header))
    }

    /// A block as this endpoint has it, which may have shown it before.
    pub(super) async fn header_from(
        &self,
        node: &Node,
        hash: B256,
    ) -> Result<Option<Header>, Fault> {
        let kept = self.known().header_of(node.index(), hash).cloned();
        match kept {
            Some(header) => Ok(Some(header)),
            None => self.heard(node, self.header_by_hash_call(node, hash)).await,
        }
    }

    pub(super) async fn block_call(&self, node: &Node, hash: B256) -> Result<Option<Block>, Fault> {
        let asked = vec![json!(hash), json!(true)];
        let told: Option<Block> = node.rpc.ask("eth_getBlockByHash", asked).await?;
        let Some(block) = told else { return Ok(None) };
        is_of(&block.header, hash)?;
        let indexes = block.transactions.iter().map(|transaction| transaction.index);
        if !indexes.eq(0..block.transactions.len() as u64) {
            return Err(invented("transactions out of their order".into()));
        }
        self.known().keep(node.index(), &block.header);
        Ok(Some(block))
    }

    pub(super) async fn receipt_call(
        &self,
        node: &Node,
        transaction: B256,
    ) -> Result<Option<Receipt>, Fault> {
        let asked = vec![json!(transaction)];
        let told: Option<Receipt> = node.rpc.ask("eth_getTransactionReceipt", asked).await?;
        match told {
            Some(receipt) if receipt.transaction_hash != transaction => {
                Err(invented("the receipt of another transaction".into()))
            }
            told => Ok(told),
        }
    }

    /// All receipts of a block. Where its bloom can be trusted, they must make that bloom: then
    /// none is missing.
    pub(super) async fn receipts_call(
        &self,
        node: &Node,
        header: &Header,
    ) -> Result<Option<Vec<Receipt>>, Fault> {
        let told: Result<Option<Vec<Receipt>>, Fault> =
            node.rpc.ask("eth_getBlockReceipts", vec![json!(header.hash)]).await;
        let receipts = match told {
            Ok(Some(receipts)) => receipts,
            Ok(None) => return Ok(None),
            Err(Fault::Unserved) => match self.receipts_one_by_one(node, header.hash).await? {
                Some(receipts) => receipts,
                None => return Ok(None),
            },
            Err(
                fault @ (Fault::Silent(_)
                | Fault::Busy(_)
                | Fault::TooMuch(_)
                | Fault::Refused(_)
                | Fault::Missing
                | Fault::Pruned
                | Fault::Ill(_)
                | Fault::Invented(_)),
            ) => return Err(fault),
        };
        let mut bloom = Bloom::ZERO;
        for (index, receipt) in receipts.iter().enumerate() {
            if receipt.block_hash != header.hash || receipt.block_number != header.number {
                return Err(invented("a receipt of another block".into()));
            }
            if receipt.transaction_index != index as u64 {
                return Err(invented("receipts out of their order".into()));
            }
            let is_its = |log: &Log| {
                log.transaction_hash == receipt.transaction_hash && log.block_hash == header.hash
            };
            if !receipt.logs.iter().all(is_its) {
                return Err(invented("a log in the receipt of another transaction".into()));
            }
            for log in &receipt.logs {
                bloom.accrue_raw_log(log.address, &log.topics);
            }
        }
        if self.trusted_bloom(header).is_some_and(|told| *told != bloom) {
            return Err(invented("receipts that do not make the block's bloom".into()));
        }
        Ok(Some(receipts))
    }

    async fn receipts_one_by_one(
        &self,
        node: &Node,
        block: B256,
    ) -> Result<Option<Vec<Receipt>>, Fault> {
        let Some(block) = self.block_call(node, block).await? else { return Ok(None) };
        let mut receipts = Vec::with_capacity(block.transactions.len());
        for some in block.transactions.chunks(RECEIPTS_AT_A_TIME) {
            let told = join_all(some.iter().map(|one| self.receipt_there(node, one.hash))).await;
            receipts.extend(told.into_iter().collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Some(receipts))
    }

    /// The receipt of a transaction that the endpoint has shown in a block.
    async fn receipt_there(&self, node: &Node, transaction: B256) -> Result<Receipt, Fault> {
        let call = self.receipt_call(node, transaction);
        self.heard(node, call).await?.ok_or(Fault::Missing)
    }

    /// Logs, in as many calls as the filter needs, in the order of the chain. A count at which
    /// providers cut off is too much, like an answer that says so.
    pub(super) async fn logs_call(
        &self,
        node: &Node,
        of: Of<'_>,
        filter: &LogFilter,
    ) -> Result<Vec<Log>, Fault> {
        let mut logs = Vec::new();
        for part in filter.parts(MAX_WORDS) {
            let call = node.rpc.ask("eth_getLogs", vec![asked(of, &part)]);
            let told: Vec<Log> = self
                .heard(node, async {
                    let told: Vec<Log> = call.await?;
                    fit(&told, of, &part)?;
                    Ok(told)
                })
                .await?;
            if stretch::is_suspicious(told.len()) {
                return Err(Fault::TooMuch(Advice::None));
            }
            logs.extend(told);
        }
        in_order(logs)
    }

    /// The same for one block whose logs are too many for one answer: in ever smaller parts of
    /// the filter.
    pub(super) async fn logs_in_parts(
        &self,
        node: &Node,
        of: Of<'_>,
        filter: &LogFilter,
    ) -> Result<Vec<Log>, Fault> {
        let too_much = || Fault::TooMuch(Advice::None);
        let mut parts = filter.halves().ok_or_else(too_much)?;
        let mut logs = Vec::new();
        while let Some(part) = parts.pop() {
            match self.logs_call(node, of, &part).await {
                Ok(told) => logs.extend(told),
                Err(Fault::TooMuch(_)) => parts.extend(part.halves().ok_or_else(too_much)?),
                Err(fault) => return Err(fault),
            }
        }
        in_order(logs)
    }

    /// The bloom of a block where it says the truth.
    pub(super) fn trusted_bloom<'a>(&self, header: &'a Header) -> Option<&'a Bloom> {
        match self.chain.bloom {
            Blooms::Trusted => header.logs_bloom.as_ref(),
            Blooms::Untrusted => None,
        }
    }
}

fn invented(problem: String) -> Fault {
    Fault::Invented(problem)
}

fn is_of(header: &Header, hash: B256) -> Result<(), Fault> {
    if header.hash == hash {
        Ok(())
    } else {
        Err(invented("another block than was asked for".into()))
    }
}

/// The question of `eth_getLogs`.
fn asked(of: Of<'_>, filter: &LogFilter) -> Value {
    let mut asked = match of {
        Of::Block(header) => json!({ "blockHash": header.hash }),
        Of::Range(range) => json!({
            "fromBlock": quantity::text(*range.start()), "toBlock": quantity::text(*range.end()),
        }),
    };
    if !filter.addresses.is_empty() {
        asked["address"] = json!(filter.addresses);
    }
    // Places behind the last one that matters are left out, those before it may be anything.
    if let Some(last) = filter.topics.iter().rposition(|wanted| !wanted.is_empty()) {
        let place = |wanted: &BTreeSet<B256>| {
            if wanted.is_empty() { Value::Null } else { json!(wanted) }
        };
        asked["topics"] = filter.topics[..=last].iter().map(place).collect();
    }
    asked
}

/// Whether logs are an answer to what was asked.
fn fit(logs: &[Log], of: Of<'_>, filter: &LogFilter) -> Result<(), Fault> {
    for log in logs {
        let is_there = match of {
            Of::Block(header) => log.block_hash == header.hash && log.block_number == header.number,
            Of::Range(range) => range.contains(&log.block_number),
        };
        if !is_there {
            return Err(invented("a log of another block".into()));
        }
        if log.topics.len() > MAX_TOPICS || !filter.matches(log) {
            return Err(invented("a log that nobody asked for".into()));
        }
    }
    Ok(())
}

/// Logs in the order of the chain; the same place twice, or a height with two blocks, cannot be.
fn in_order(mut logs: Vec<Log>) -> Result<Vec<Log>, Fault> {
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    let mut places = BTreeSet::new();
    if !logs.iter().all(|log| places.insert((log.block_number, log.log_index))) {
        return Err(invented("two logs in one place".into()));
    }
    let is_fork = |pair: &[Log]| {
        pair[0].block_number == pair[1].block_number && pair[0].block_hash != pair[1].block_hash
    };
    if logs.windows(2).any(is_fork) {
        return Err(invented("two blocks at one height".into()));
    }
    Ok(logs)
}
