//! Whether a definition can be published, and what keeps it from that.

mod all;
mod loops;
mod payload;
mod personal;
mod policy;
mod references;
mod remedies;
mod structure;

pub use all::{check, validate};
