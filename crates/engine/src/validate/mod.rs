//! Whether a definition can be published, and what keeps it from that.

mod all;
mod payload;
mod policy;
mod references;
mod structure;

pub use all::{check, validate};
