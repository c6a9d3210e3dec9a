//! A chain as [`crate::chains`] reads it, as a watcher wants it.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alloy_primitives::B256;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Notify;

use super::source::{ChainSource, RawLog, RawReceipt, RawTransaction, Seen, Unread};
use super::watchers::ChainSources;
use crate::chains::{
    self, ChainReader, Chains, Header, Listed, LogFilter, Place, Standing, Unproven,
};
use crate::primitives::ChainId;
use crate::triggers::evm::{Link, Outcome, Query, SeenBlock};

/// Reads through the endpoints of a chain.
pub struct Endpoints {
    chain: u64,
    reader: Arc<dyn ChainReader>,
    poll: Duration,
    /// The last safe and final blocks whose hashes were asked for.
    marks: Mutex<[Option<(u64, B256)>; 2]>,
}

/// How often a chain is looked at, by the time between its blocks.
const POLLS: RangeInclusive<u64> = 250..=4_000;

impl ChainSources for Chains {
    fn open(&self, chain: u64) -> Option<Arc<dyn ChainSource>> {
        let id = ChainId(chain);
        let each = self.chain(id)?.block_time_ms.clamp(*POLLS.start(), *POLLS.end());
        let reader = self.reader(id)?;
        Some(Arc::new(Endpoints::new(chain, reader, Duration::from_millis(each))))
    }

    fn own(&self, chain: u64, places: Vec<Place>) -> Option<Arc<dyn ChainSource>> {
        let id = ChainId(chain);
        let each = self.known(id).block_time_ms.clamp(*POLLS.start(), *POLLS.end());
        let reader = Self::own(self, id, places);
        Some(Arc::new(Endpoints::new(chain, reader, Duration::from_millis(each))))
    }

    fn prove<'a>(&'a self, place: &'a Place) -> BoxFuture<'a, Result<u64, Unproven>> {
        Self::prove(self, place).boxed()
    }

    fn all(&self) -> Vec<Listed> {
        Self::all(self)
    }
}

impl From<chains::Error> for Unread {
    fn from(error: chains::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Endpoints {
    /// Through this reader, looked at so often.
    pub fn new(chain: u64, reader: Arc<dyn ChainReader>, poll: Duration) -> Self {
        Self { chain, reader, poll, marks: Mutex::default() }
    }

    fn seen(&self, header: &Header) -> SeenBlock {
        let link = Link { number: header.number, hash: header.hash, parent: header.parent };
        SeenBlock { chain: self.chain, link, timestamp: header.timestamp_s }
    }

    /// The hash of a block that the chain calls safe or final, asked for once.
    async fn mark(&self, at: usize, number: Option<u64>) -> Result<Option<(u64, B256)>, Unread> {
        let Some(number) = number else { return Ok(None) };
        let known = self.marks.lock().unwrap_or_else(PoisonError::into_inner)[at];
        if known.is_some_and(|(known, _)| known == number) {
            return Ok(known);
        }
        let header = self.reader.header(number).await?;
        let mark = header.map(|header| (number, header.hash));
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)[at] = mark;
        Ok(mark)
    }
}

impl ChainSource for Endpoints {
    fn poll(&self) -> Duration {
        self.poll
    }

    fn reader(&self) -> Option<Arc<dyn ChainReader>> {
        Some(Arc::clone(&self.reader))
    }

    fn standings(&self) -> Vec<Standing> {
        self.reader.standings()
    }

    fn listen<'a>(&'a self, bell: &'a Notify) -> BoxFuture<'a, ()> {
        self.reader.listen(bell)
    }

    fn heads(&self) -> BoxFuture<'_, Result<Seen, Unread>> {
        async move {
            let heads = self.reader.heads().await?;
            Ok(Seen {
                head: heads.latest,
                safe: self.mark(0, heads.safe).await?,
                finalized: self.mark(1, heads.finalized).await?,
            })
        }
        .boxed()
    }

    fn block(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        async move { Ok(self.reader.header(number).await?.map(|header| self.seen(&header))) }
            .boxed()
    }

    fn agreed(&self, number: u64) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        async move {
            let header = self.reader.header_by_majority(number).await?;
            Ok(header.map(|header| self.seen(&header)))
        }
        .boxed()
    }

    fn block_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<SeenBlock>, Unread>> {
        async move { Ok(self.reader.header_by_hash(hash).await?.map(|header| self.seen(&header))) }
            .boxed()
    }

    fn logs<'a>(
        &'a self,
        block: B256,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<Vec<RawLog>, Unread>> {
        async move {
            let logs = self.reader.logs(block, &filter(query)).await?;
            Ok(logs.ok_or(Unread::Missing(block))?.into_iter().map(raw).collect())
        }
        .boxed()
    }

    fn logs_in<'a>(
        &'a self,
        from: u64,
        to: u64,
        query: &'a Query,
    ) -> BoxFuture<'a, Result<(Vec<RawLog>, u64), Unread>> {
        async move {
            let span = self.reader.logs_in(from..=to, &filter(query)).await?;
            Ok((span.logs.into_iter().map(raw).collect(), *span.read.end()))
        }
        .boxed()
    }

    fn transactions(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawTransaction>, Unread>> {
        async move {
            let read = self.reader.block(block).await?.ok_or(Unread::Missing(block))?;
            let transactions = read.transactions.into_iter();
            Ok(transactions
                .map(|it| RawTransaction {
                    hash: it.hash,
                    from: it.from,
                    to: it.to,
                    value: it.value,
                    index: it.index,
                })
                .collect())
        }
        .boxed()
    }

    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Vec<RawReceipt>, Unread>> {
        async move {
            let receipts = self.reader.receipts(block).await?.ok_or(Unread::Missing(block))?;
            Ok(receipts
                .into_iter()
                .map(|it| RawReceipt {
                    transaction: it.transaction_hash,
                    outcome: match it.status {
                        chains::Outcome::Success => Outcome::Success,
                        chains::Outcome::Reverted => Outcome::Reverted,
                        chains::Outcome::Unknown => Outcome::Unknown,
                    },
                    logs: it.logs.iter().map(|log| log.log_index).collect(),
                })
                .collect())
        }
        .boxed()
    }
}

/// The question as the reader takes it.
fn filter(query: &Query) -> LogFilter {
    LogFilter {
        addresses: query.addresses.iter().copied().collect(),
        topics: query.topics.each_ref().map(|topics| topics.iter().copied().collect()),
    }
}

fn raw(log: chains::Log) -> RawLog {
    RawLog {
        address: log.address,
        topics: log.topics,
        data: log.data,
        transaction: log.transaction_hash,
        block: Link { number: log.block_number, hash: log.block_hash, parent: B256::ZERO },
        index: log.log_index,
    }
}
