//! What proves that history was not changed: a Merkle tree over the ledger (RFC 6962), its tiles, the
//! checkpoints that are signed of it (C2SP), and the bundle by which an auditor checks a run alone.
//!
//! Purely: hashes and texts in, hashes, texts and findings out.

mod bundle;
mod checkpoint;
mod envelope;
mod hash;
mod judge;
mod note;
mod prove;
mod tile;
mod tree;

#[cfg(test)]
mod tests;

pub use bundle::{Blob, Bundle, Exhibit, FORMAT, Part, Unread};
pub use checkpoint::{BadCheckpoint, Checkpoint, InvalidOrigin, Origin};
pub use envelope::Envelope;
pub use hash::{EMPTY, Hash, leaf_of, node_of, sha256};
pub use judge::{Fault, Judged, Trust, judge};
pub use note::{BadNote, BadVerifierKey, Note, VerifierKey};
pub use prove::{
    Broken, consistency, holds_consistency, holds_inclusion, inclusion, root_at, tiles_for,
};
pub use tile::{HASH_BYTES, TILE_WIDTH, TileId, Tiles};
pub use tree::Frontier;
