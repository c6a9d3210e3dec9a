//! Tiles: 256 hashes of one level side by side, as C2SP tlog-tiles cuts the tree.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::hash::{Hash, node_of};

/// The most hashes of a tile.
pub const TILE_WIDTH: u64 = 256;
/// The levels of the tree that a tile spans.
pub(super) const TILE_HEIGHT: u8 = 8;
/// Bytes of one hash in a tile.
pub const HASH_BYTES: usize = 32;
/// The highest level of tiles that a ledger of 2^63 events has.
const MAX_LEVEL: u8 = 7;

/// Which tile, and how many of its hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Its level: 0 holds leaves, 1 the nodes above 256 of them, and so on.
    pub level: u8,
    /// Its number in its level, from the left.
    pub index: u64,
    /// How many of its hashes, from the left: 1 to 256.
    pub width: u16,
}

/// The path below the log's address: `tile/0/x001/234.p/17`.
impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
        let (front, last) = digits.split_at(digits.len() - 3);
        for at in (0..front.len()).step_by(3) {
            write!(f, "x{}/", &front[at..at + 3])?;
        }
        f.write_str(last)?;
        if u64::from(self.width) < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// A path that leads to no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tile: one is called like `tile/0/x001/234` or `tile/0/x001/234.p/17`")]
pub struct NoTile(String);

impl FromStr for TileId {
    type Err = NoTile;

    fn from_str(path: &str) -> Result<Self, NoTile> {
        let read = || {
            let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
            let (number, width) = match rest.split_once(".p/") {
                Some((number, width)) => (number, width.parse().ok()?),
                None => (rest, 256),
            };
            let digits: String =
                number.split('/').map(|part| part.strip_prefix('x').unwrap_or(part)).collect();
            Some(Self { level: level.parse().ok()?, index: digits.parse().ok()?, width })
        };
        let tile: Option<Self> = read();
        // There is one way to write each, so that caches keep it once.
        tile.filter(|it| (1..=256).contains(&it.width) && it.level <= MAX_LEVEL)
            .filter(|it| it.to_string() == path)
            .ok_or_else(|| NoTile(path.to_owned()))
    }
}

/// Tiles in memory, by level and number. A tile may hold more hashes than are asked for.
#[derive(Debug, Clone, Default)]
pub struct Tiles(HashMap<(u8, u64), Vec<Hash>>);

impl Tiles {
    /// Adds a tile; its bytes are hashes side by side. What has another length counts for nothing.
    pub fn add(&mut self, level: u8, index: u64, bytes: &[u8]) {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        if rest.is_empty() {
            self.0.insert((level, index), hashes.to_vec());
        }
    }

    /// The first hashes of a tile.
    pub fn first(&self, tile: TileId) -> Option<&[Hash]> {
        self.0.get(&(tile.level, tile.index))?.get(..usize::from(tile.width))
    }

    /// The node that stands above 2^height leaves, this one of its level from the left.
    pub(super) fn node(&self, height: u8, number: u64) -> Option<Hash> {
        let below = height % TILE_HEIGHT;
        let (tile, from, to) = place(height, number);
        let hashes = self.0.get(&(height / TILE_HEIGHT, tile))?.get(from..to)?;
        debug_assert_eq!(hashes.len(), 1 << below);
        Some(folded(hashes))
    }
}

/// The tile in which a node is found, and between which of its hashes.
pub(super) fn place(height: u8, number: u64) -> (u64, usize, usize) {
    let below = height % TILE_HEIGHT;
    let first = number << below;
    let from = usize::try_from(first % TILE_WIDTH).expect("it is below 256");
    (first / TILE_WIDTH, from, from + (1 << below))
}

/// The node above hashes, of which there is a power of two.
pub(super) fn folded(hashes: &[Hash]) -> Hash {
    match hashes {
        [one] => *one,
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            node_of(&folded(left), &folded(right))
        }
    }
}
