//! The aggregates' way to the journal.

mod executing;
mod memory;
mod named;
mod snapshots;

pub use executing::{Context, Executed, Loaded, NotExecuted, Store};
pub use memory::Memory;
