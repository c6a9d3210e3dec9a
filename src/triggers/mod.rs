//! What matches: the index of live triggers, in memory.

mod index;
mod shortage;

pub use index::{Limits, Listing, Live, Lookup, TriggerIndex};
pub use shortage::Shortage;
