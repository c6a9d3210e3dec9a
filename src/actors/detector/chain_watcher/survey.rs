//! What a trigger would have found in blocks that are there: nothing is fired, nothing is written.

use std::ops::RangeInclusive;
use std::sync::Arc;

use alloy_primitives::B256;
use serde_json::Value;
use tokio::time::Instant;

use super::backfill::stretch;
use super::reading::{Lookout, unsigned};
use super::roll::Enrolled;
use super::source::{ChainSource, Unread};
use crate::journal::Match;
use crate::triggers::Subscription;
use crate::triggers::evm::{Armed, Asked};

/// What was found.
#[derive(Debug)]
pub struct Survey {
    /// The highest block of the chain.
    pub head: u64,
    /// What the trigger would fire, in the order of the chain.
    pub found: Vec<Surveyed>,
    /// The first block that was not read, where time or room ended before the blocks did.
    pub next: Option<u64>,
}

/// Something that a trigger would fire.
#[derive(Debug)]
pub struct Surveyed {
    /// The id of the firing: the live trigger's own.
    pub id: String,
    /// The block.
    pub block: u64,
    /// Its hash.
    pub hash: String,
    /// What the run is told.
    pub body: Value,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many findings at most; more only where one block has more, and then no more than these.
    pub most: usize,
    /// When the last question is asked.
    pub until: Instant,
}

/// Looks for what a trigger asks for in blocks that are there. Blocks above the head are not waited
/// for.
///
/// # Errors
/// The chain cannot be read now.
pub async fn survey(
    source: &Arc<dyn ChainSource>,
    asked: Asked,
    subscription: Subscription,
    blocks: RangeInclusive<u64>,
    bounds: Bounds,
) -> Result<Survey, Unread> {
    let head = source.heads().await?.head;
    let lookout = lookout(asked, subscription);
    let (first, last) = (*blocks.start(), head.min(*blocks.end()));
    let (mut found, mut next): (Vec<Match>, u64) = (Vec::new(), first);
    while next <= last && found.len() < bounds.most && Instant::now() < bounds.until {
        let (read, matches) = stretch(source, &lookout, next, last).await?;
        if read < next {
            // It was there a moment ago.
            return Err(Unread::Missing(B256::ZERO));
        }
        found.extend(matches);
        next = read + 1;
    }
    if let Some(beyond) = found.get(bounds.most).map(|it| it.block_number) {
        // The rest begins with a whole block, unless one block has more than all room.
        found.truncate(bounds.most);
        let whole = found.partition_point(|it| it.block_number < beyond);
        if whole > 0 {
            found.truncate(whole);
        }
        next = unsigned(beyond) + u64::from(whole == 0);
    }
    let found = found.into_iter().map(Surveyed::of).collect();
    Ok(Survey { head, found, next: (next <= last).then_some(next) })
}

fn lookout(asked: Asked, subscription: Subscription) -> Lookout {
    let (chain, name) = (asked.chain, subscription.subscriber.to_string());
    let subscription = Enrolled { name, subscription: Arc::new(subscription) };
    Lookout::of(chain, vec![Arc::new(Armed { asked, since: 0, subscription })], 0)
}

impl Surveyed {
    fn of(it: Match) -> Self {
        let body = serde_json::from_str(&it.body).unwrap_or_default();
        Self { id: it.id, block: unsigned(it.block_number), hash: it.block_hash, body }
    }
}
