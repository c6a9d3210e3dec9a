//! The composition root: the one place that knows every room and puts them together.

mod api;
mod files;
mod gateway;
mod house;
mod parts;
mod plan;
mod renewal;
mod rooms;
mod serve;
mod signer;
mod tracing;
mod work;

pub use files::allow_files;
pub use gateway::serve_streams;
pub use house::{Error, House};
pub use plan::{Plan, Proofs, Retained, chains_at, no_chains};
pub use renewal::Renewal;
pub use serve::serve;
pub use signer::keep_keys;
