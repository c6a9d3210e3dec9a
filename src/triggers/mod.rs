//! What matches: the index of live triggers, in memory.

mod index;

pub use index::{Listing, Live, Lookup, TriggerIndex};
