//! The right edge of a growing tree: all that must be known to add a leaf and to name the root.

use super::hash::{EMPTY, Hash, node_of};
use super::tile::{TILE_WIDTH, TileId, Tiles, folded};

/// For each level of tiles the hashes of the one that is not full.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    edges: Vec<Vec<Hash>>,
}

impl Frontier {
    /// The edge of a tree of this size, from its tiles; nothing where one of them lacks.
    pub fn of(size: u64, tiles: &Tiles) -> Option<Self> {
        let edges =
            Self::edge_of(size)
                .map(|tile| {
                    if tile.width == 0 {
                        Some(Vec::new())
                    } else {
                        Some(tiles.first(tile)?.to_vec())
                    }
                })
                .collect::<Option<_>>()?;
        Some(Self { size, edges })
    }

    /// The tiles on the edge of a tree of this size; those of width 0 are not there.
    pub fn edge_of(size: u64) -> impl Iterator<Item = TileId> {
        let of_level = move |level: u8| {
            let hashes = size >> (8 * u32::from(level));
            let width = u16::try_from(hashes % TILE_WIDTH).expect("it is below 256");
            (hashes > 0).then_some(TileId { level, index: hashes / TILE_WIDTH, width })
        };
        (0..8).map_while(of_level)
    }

    /// How many leaves there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; `full` is given each tile that is full by it.
    pub fn push(&mut self, leaf: Hash, mut full: impl FnMut(TileId, &[Hash])) {
        let mut hash = leaf;
        for level in 0.. {
            if self.edges.len() == level {
                self.edges.push(Vec::with_capacity(256));
            }
            let edge = &mut self.edges[level];
            edge.push(hash);
            if edge.len() < 256 {
                break;
            }
            let level_of_tile =
                u8::try_from(level).expect("a ledger has 8 levels of tiles at most");
            let index = self.size >> (8 * (level + 1));
            full(TileId { level: level_of_tile, index, width: 256 }, edge);
            hash = folded(edge);
            edge.clear();
        }
        self.size += 1;
    }

    /// The tiles that are not full, with what they hold.
    pub fn partial(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        let of = |tile: TileId| (tile, self.edges.get(usize::from(tile.level)));
        Self::edge_of(self.size).map(of).filter_map(|(tile, edge)| {
            edge.filter(|it| !it.is_empty()).map(|it| (tile, it.as_slice()))
        })
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        let mut right: Option<Hash> = None;
        for edge in &self.edges {
            // Whole subtrees within the tile, the smallest of which is the rightmost.
            let mut end = edge.len();
            while end > 0 {
                let width = 1 << end.trailing_zeros();
                let left = folded(&edge[end - width..end]);
                right = Some(right.map_or(left, |right| node_of(&left, &right)));
                end -= width;
            }
        }
        right.unwrap_or(EMPTY)
    }
}
