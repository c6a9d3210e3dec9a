//! SHA-256, and the two ways in which the tree uses it.

use ring::digest::{Context, SHA256, digest};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The root of the tree that has no leaves: the hash of nothing.
pub const EMPTY: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// What stands before a leaf, and before a node, so that neither can be taken for the other.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The hash of bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    taken(digest(&SHA256, bytes).as_ref())
}

/// The hash of a leaf that holds these bytes.
pub fn leaf_of(bytes: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[LEAF]);
    context.update(bytes);
    taken(context.finish().as_ref())
}

/// The hash of the node above two others.
pub fn node_of(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [NODE; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    sha256(&bytes)
}

fn taken(digest: &[u8]) -> Hash {
    digest.try_into().expect("a SHA-256 has 32 bytes")
}
