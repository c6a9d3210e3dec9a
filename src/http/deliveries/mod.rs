//! The last deliveries to a workflow's webhook, for who writes the workflow.

mod get;
mod list;
mod listen;
mod record;
mod replay;
mod source;

pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use listen::{__path_listen, listen};
pub(super) use record::whole;
pub(super) use replay::as_told;
pub use replay::{__path_replay, replay};
pub use source::{__path_source, source};
