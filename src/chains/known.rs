//! What is remembered of a chain: how far it has come, and the blocks that were just read.

use std::collections::VecDeque;

use alloy_primitives::B256;
use time::OffsetDateTime;

use super::block::Header;
use super::reader::Heads;

/// Headers that are remembered: the bloom of a block is looked at again when its logs are asked for.
const MAX_HEADERS: usize = 256;

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How far the chain has come.
    pub(super) heads: Option<Heads>,
    /// Since when no endpoint has that head.
    pub(super) lost_since: Option<OffsetDateTime>,
    /// When what is final was last asked for.
    pub(super) finality_at: Option<OffsetDateTime>,
    /// With the endpoint that showed it.
    headers: VecDeque<(usize, Header)>,
}

impl Known {
    /// A block, and which endpoint showed it.
    pub(super) fn header(&self, block: B256) -> Option<(usize, &Header)> {
        let found = self.headers.iter().rev().find(|(_, header)| header.hash == block);
        found.map(|(node, header)| (*node, header))
    }

    /// A block as one endpoint showed it.
    pub(super) fn header_of(&self, node: usize, block: B256) -> Option<&Header> {
        let is_it = |(by, header): &&(usize, Header)| *by == node && header.hash == block;
        self.headers.iter().rev().find(is_it).map(|(_, header)| header)
    }

    /// Remembers a block.
    pub(super) fn keep(&mut self, node: usize, header: &Header) {
        if self.header_of(node, header.hash).is_some() {
            return;
        }
        if self.headers.len() == MAX_HEADERS {
            self.headers.pop_front();
        }
        self.headers.push_back((node, header.clone()));
    }

    /// Nobody has had the head for long: it was never there, and what the endpoints have now counts.
    pub(super) fn fall_back(&mut self, latest: u64) {
        let within = |number: &u64| *number <= latest;
        self.lost_since = None;
        if let Some(heads) = &mut self.heads {
            heads.latest = latest;
            (heads.safe, heads.finalized) =
                (heads.safe.filter(within), heads.finalized.filter(within));
        }
    }

    /// The chain has come this far. Nothing of it goes back.
    pub(super) fn advance(&mut self, to: Heads) -> Heads {
        let heads = match self.heads {
            None => to,
            Some(before) => Heads {
                latest: before.latest.max(to.latest),
                safe: before.safe.max(to.safe),
                finalized: before.finalized.max(to.finalized),
            },
        };
        self.heads = Some(heads);
        heads
    }
}
