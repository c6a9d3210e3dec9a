//! The audit log: asked, and exported. What is signed of the ledger, and runs with their proofs.

mod bundle;
mod export;
mod list;
mod log;
mod record;

pub use bundle::{__path_bundle, bundle};
pub use export::{__path_export, export};
pub use list::{__path_list, list};
pub use log::{__path_checkpoint, __path_key, __path_tile, checkpoint, key, tile};
