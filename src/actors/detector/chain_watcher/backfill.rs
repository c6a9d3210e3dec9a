//! The slow lane of a chain: reads blocks that were passed by while nobody watched, in ranges, beside
//! the live lane, which does not wait for it. No range is passed by: what was not read stays a gap.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::B256;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::watch;
use tokio::time::sleep;

use super::live::Obstacle;
use super::reading::{Lookout, judge, matches_in, sift, signed, unsigned};
use super::source::{ChainSource, RawLog, Unread};
use crate::journal::{ChainView as View, ChainWatch, Error, Gap, Leases, Match};

/// How many blocks are read at a time where logs alone are looked for.
const RANGE: u64 = 2_000;
/// How many where each block has to be read by itself.
const SINGLE_BLOCKS: u64 = 32;
/// How many blocks are read side by side.
const AT_ONCE: usize = 8;
/// How long is waited between two ranges, so that the live lane is not starved.
const BREATH: Duration = Duration::from_millis(50);
/// How often is looked for a gap where there is none.
const LOOK: Duration = Duration::from_secs(1);
/// How long is waited where the chain cannot be read.
const PAUSE: Duration = Duration::from_secs(2);

/// The slow lane.
pub(super) struct Backfill {
    pub(super) chain: u64,
    pub(super) view: View,
    pub(super) source: Arc<dyn ChainSource>,
    pub(super) watch: ChainWatch,
    pub(super) leases: Leases,
    pub(super) lookout: watch::Receiver<Option<Arc<Lookout>>>,
}

impl Backfill {
    /// Reads gaps until it may not any more.
    pub(super) async fn run(self) -> Result<(), Error> {
        loop {
            let pause = match self.range().await {
                Ok(true) => BREATH,
                Ok(false) => LOOK,
                Err(Obstacle::Unread(unread)) => {
                    let (chain, error) = (self.chain, &unread as &dyn std::error::Error);
                    tracing::warn!(
                        chain,
                        error,
                        "blocks of chain {chain} that were passed by cannot be read now"
                    );
                    PAUSE
                }
                Err(Obstacle::Journal(error)) => return Err(error),
            };
            sleep(pause).await;
        }
    }

    /// Reads the next range. False when there is none.
    async fn range(&self) -> Result<bool, Obstacle> {
        if !self.leases.alive() {
            return Err(Error::LeaseLost("the watch of a chain").into());
        }
        let (Some(gap), Some(lookout)) = (self.watch.gap().await?, self.lookout.borrow().clone())
        else {
            return Ok(false);
        };
        self.measure(&gap);
        let (next, last) = (unsigned(gap.next), unsigned(gap.last));
        let lookout = match gap.organization {
            // The others have read them.
            Some(organization) => Arc::new(lookout.only(organization)),
            None => lookout,
        };
        let (read, matches) = match lookout.matcher.since() {
            // Nobody was there yet at that time.
            None => (last, Vec::new()),
            Some(since) if since > last => (last, Vec::new()),
            Some(since) => stretch(&self.source, &lookout, next.max(since), last).await?,
        };
        // Where somebody else has read it, or somebody came in, the next look tells what is left.
        if !self.watch.fill(&gap, signed(read), &matches, lookout.epoch).await? {
            return Ok(false);
        }
        if read >= last {
            let chain = self.chain;
            tracing::info!(
                chain,
                "the blocks of chain {chain} up to {last} that were passed by are read"
            );
            self.measure(&Gap { next: gap.last + 1, ..gap });
        }
        Ok(true)
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge; blocks stay far below 2^52")]
    fn measure(&self, gap: &Gap) {
        // Gauges of many organizations would be many: `/v1/chain-watches` shows each.
        if self.view != View::Installation {
            return;
        }
        let left = gap.last - gap.next + 1;
        metrics::gauge!("chainkeel_chain_backfill_blocks", "chain" => self.chain.to_string())
            .set(left as f64);
    }
}

/// Reads blocks from one on, and says which was the last.
pub(super) async fn stretch(
    source: &Arc<dyn ChainSource>,
    lookout: &Lookout,
    from: u64,
    last: u64,
) -> Result<(u64, Vec<Match>), Unread> {
    if lookout.every_block || lookout.wanted.transactions {
        let to = last.min(from + SINGLE_BLOCKS - 1);
        let read = |number| async move {
            match source.block(number).await? {
                Some(block) => matches_in(source, lookout, &block).await.map(Some),
                None => Ok(None),
            }
        };
        let mut blocks = stream::iter(from..=to).map(read).buffered(AT_ONCE);
        let (mut next, mut matches) = (from, Vec::new());
        while let Some(found) = blocks.next().await {
            let Some(found) = found? else { break };
            matches.extend(found);
            next += 1;
        }
        return Ok((next.saturating_sub(1), matches));
    }
    let mut to = last.min(from + RANGE - 1);
    let mut logs: BTreeMap<u64, BTreeMap<u64, RawLog>> = BTreeMap::new();
    for query in &lookout.wanted.queries {
        let (found, read) = source.logs_in(from, to, query).await?;
        to = to.min(read);
        for log in found {
            logs.entry(log.block.number).or_default().insert(log.index, log);
        }
    }
    let wanted = logs.into_iter().filter(|(number, _)| (from..=to).contains(number));
    let wanted = wanted.filter_map(|(number, mut logs)| {
        sift(lookout, number, &mut logs);
        Some((logs.values().next()?.block.hash, logs))
    });
    let read = |(hash, logs): (B256, BTreeMap<u64, RawLog>)| async move {
        let block = source.block_by_hash(hash).await?.ok_or(Unread::Missing(hash))?;
        judge(source, lookout, &block, logs).await
    };
    let blocks = stream::iter(wanted).map(read).buffered(AT_ONCE);
    Ok((to, blocks.try_concat().await?))
}
