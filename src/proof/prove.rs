//! Proofs that a leaf is in a tree, and that a tree goes on from an earlier one (RFC 6962, 2.1).

use std::collections::BTreeSet;

use super::hash::{EMPTY, Hash, node_of};
use super::tile::{TILE_HEIGHT, Tiles, place};

/// What the tiles at hand do not hold, though a proof needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree's node above the leaves {from} to {to} is not in its tiles")]
pub struct Broken {
    /// From this leaf on.
    pub from: u64,
    /// Up to before this one.
    pub to: u64,
}

/// What gives the nodes of a tree.
trait Source {
    fn node(&mut self, height: u8, number: u64) -> Option<Hash>;
}

impl Source for &Tiles {
    fn node(&mut self, height: u8, number: u64) -> Option<Hash> {
        Tiles::node(self, height, number)
    }
}

/// Notes which tiles are asked for, and answers anything.
#[derive(Default)]
struct Notes(BTreeSet<(u8, u64)>);

impl Source for Notes {
    fn node(&mut self, height: u8, number: u64) -> Option<Hash> {
        self.0.insert((height / TILE_HEIGHT, place(height, number).0));
        Some(EMPTY)
    }
}

/// The hash above the leaves `from` to before `to`, as RFC 6962 cuts them.
fn above(source: &mut impl Source, from: u64, to: u64) -> Result<Hash, Broken> {
    let width = to - from;
    if width.is_power_of_two() && from.is_multiple_of(width) {
        let height = u8::try_from(width.trailing_zeros()).expect("it is below 64");
        return source.node(height, from >> height).ok_or(Broken { from, to });
    }
    let middle = from + split(width);
    Ok(node_of(&above(source, from, middle)?, &above(source, middle, to)?))
}

/// The largest power of two below a number.
fn split(width: u64) -> u64 {
    width.next_power_of_two() / 2
}

fn path(
    source: &mut impl Source,
    leaf: u64,
    (mut from, mut to): (u64, u64),
) -> Result<Vec<Hash>, Broken> {
    let mut steps = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if leaf < middle {
            steps.push(above(source, middle, to)?);
            to = middle;
        } else {
            steps.push(above(source, from, middle)?);
            from = middle;
        }
    }
    steps.reverse();
    Ok(steps)
}

fn growth(source: &mut impl Source, old: u64, new: u64) -> Result<Vec<Hash>, Broken> {
    let (mut steps, mut from, mut to, mut is_whole) = (Vec::new(), 0, new, true);
    if old == 0 || old >= new {
        return Ok(steps);
    }
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            steps.push(above(source, middle, to)?);
            to = middle;
        } else {
            steps.push(above(source, from, middle)?);
            (from, is_whole) = (middle, false);
        }
    }
    if !is_whole {
        steps.push(above(source, from, to)?);
    }
    steps.reverse();
    Ok(steps)
}

/// The root of the tree when it had this size.
pub fn root_at(tiles: &Tiles, size: u64) -> Result<Hash, Broken> {
    let mut source = tiles;
    if size == 0 { Ok(EMPTY) } else { above(&mut source, 0, size) }
}

/// The proof that this leaf, counted from 0, is in the tree of this size.
pub fn inclusion(tiles: &Tiles, leaf: u64, size: u64) -> Result<Vec<Hash>, Broken> {
    if leaf >= size {
        return Err(Broken { from: leaf, to: size });
    }
    let mut source = tiles;
    path(&mut source, leaf, (0, size))
}

/// The proof that the tree of the one size goes on to that of the other.
pub fn consistency(tiles: &Tiles, old: u64, new: u64) -> Result<Vec<Hash>, Broken> {
    let mut source = tiles;
    growth(&mut source, old, new)
}

/// The tiles that these proofs need: for each leaf, and for the root at each of these sizes.
pub fn tiles_for(leaves: &[u64], size: u64, roots: &[u64]) -> Vec<(u8, u64)> {
    let mut notes = Notes::default();
    for leaf in leaves.iter().filter(|leaf| **leaf < size) {
        path(&mut notes, *leaf, (0, size)).expect("it answers anything");
    }
    for root in roots.iter().filter(|root| **root > 0) {
        above(&mut notes, 0, *root).expect("it answers anything");
    }
    notes.0.into_iter().collect()
}

/// Whether a leaf is in the tree of this size and root (RFC 9162, 2.1.3.2).
pub fn holds_inclusion(leaf: u64, hash: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if leaf >= size {
        return false;
    }
    let (mut at, mut last, mut found) = (leaf, size - 1, *hash);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            found = node_of(step, &found);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            found = node_of(&found, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && found == *root
}

/// Whether the tree of the second size and root goes on from that of the first (RFC 9162, 2.1.4.2).
pub fn holds_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return false;
    }
    if old_size == new_size || old_size == 0 {
        return proof.is_empty() && (old_size == 0 || old_root == new_root);
    }
    let mut steps = proof.iter();
    let first = if old_size.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node_of(step, &of_old);
            of_new = node_of(step, &of_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            of_new = node_of(&of_new, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}
