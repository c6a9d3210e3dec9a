//! A private PostgreSQL cluster from the system's binaries, for `chainkeel dev` and the tests.
//!
//! Durable (fsync and checksums on), reached over a Unix socket only, owned by an unprivileged
//! user even when Chainkeel runs as root, and gone when its owner is gone, even after `kill -9`.
//! No other cluster on the machine is touched.

mod binaries;
mod error;
mod keeper;
mod place;
mod server;

pub use error::Error;
pub use server::{Cluster, ROLE};
