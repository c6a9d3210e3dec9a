//! What watchers of chains keep: how far each chain was followed, what matched on the way, and what
//! has become of it.
//!
//! Everything that is found moves together with the cursor, in one transaction, by
//! compare-and-swap. Two processes that watch one chain, because one does not know yet that it was
//! taken for dead, do not count a block twice, and never pass one by.

mod cursor;
mod deliveries;
mod matches;
mod standing;

pub use cursor::{Advance, ChainWatch, Cursor, Gap, Mark, Place};
pub use deliveries::{Due, Gone, Settled};
pub use matches::{Level, Match};
pub use standing::ChainStanding;
