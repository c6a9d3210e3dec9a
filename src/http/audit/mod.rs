//! The audit log: asked, and exported.

mod export;
mod list;
mod record;

pub use export::{__path_export, export};
pub use list::{__path_list, list};
