//! A trigger that was passed over: a stream of a single fact, about which nothing is decided later.

mod event;

pub use event::{Event, Reason, Skipped};

/// The type of these streams.
pub const TYPE: &str = "skip";
