//! The aggregates' way to the journal.

mod executing;
mod named;

pub use executing::{Context, Executed, Loaded, NotExecuted, Store};
