//! A match of a chain that had started a run, and that the chain took back: a stream of facts, about
//! which nothing is decided later. What it started stands in the run's own stream.

mod event;

pub use event::{Event, Evidence, Policy, Retracted, Returned};

/// The type of these streams.
pub const TYPE: &str = "chain_match";
