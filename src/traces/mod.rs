//! Traces of runs for a collector of OpenTelemetry (OTLP over HTTP, in JSON).
//!
//! What the ledger says of a run becomes spans when the run has ended: a [`Tale`]. What processes asked of the
//! outside meanwhile comes as it happens. Both are sent by the [`Post`], which holds nobody up.

mod collecting;
mod config;
mod otlp;
mod post;
mod tale;
#[cfg(test)]
mod tests;

pub use collecting::{QUEUE, collect};
pub use config::{Config, Destination, InvalidConfig};
pub use post::{Post, Undelivered};
pub use tale::Tale;

/// Under which name the ledger's spans are led, and their checkpoint kept.
pub const CHECKPOINT: &str = "traces";
