//! The tree as it grows in memory: its right edge, and the tiles that became full since it was kept.

use crate::proof::{Frontier, Hash, TileId, Tiles};

/// A growing tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Growth {
    frontier: Frontier,
    last: Option<Hash>,
    full: Vec<(TileId, Vec<u8>)>,
}

impl Growth {
    /// The tree of this size, by its tiles; nothing where one of them lacks.
    pub(super) fn of(size: u64, tiles: &Tiles) -> Option<Self> {
        let frontier = Frontier::of(size, tiles)?;
        let last = size.checked_sub(1).and_then(|leaf| {
            let width = u16::try_from(leaf % 256 + 1).unwrap_or(256);
            tiles.first(TileId { level: 0, index: leaf / 256, width })?.last().copied()
        });
        Some(Self { frontier, last, full: Vec::new() })
    }

    /// The tiles by which a tree of this size is known.
    pub(super) fn wanted(size: u64) -> Vec<(u8, u64)> {
        let edge = Frontier::edge_of(size).filter(|tile| tile.width > 0);
        let mut wanted: Vec<_> = edge.map(|tile| (tile.level, tile.index)).collect();
        wanted.extend(size.checked_sub(1).map(|leaf| (0, leaf / 256)));
        wanted.dedup();
        wanted
    }

    /// Adds a leaf.
    pub(super) fn push(&mut self, leaf: Hash) {
        let full = &mut self.full;
        self.frontier.push(leaf, |tile, hashes| full.push((tile, hashes.concat())));
        self.last = Some(leaf);
    }

    pub(super) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The last leaf.
    pub(super) const fn last(&self) -> Option<Hash> {
        self.last
    }

    /// The tiles that are to be kept: those that became full, and the edge.
    pub(super) fn tiles(&self) -> Vec<(TileId, Vec<u8>)> {
        let edge = self.frontier.partial().map(|(tile, hashes)| (tile, hashes.concat()));
        self.full.iter().cloned().chain(edge).collect()
    }

    /// They are kept.
    pub(super) fn kept(&mut self) {
        self.full.clear();
    }
}
