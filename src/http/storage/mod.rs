//! What workflows keep between their runs: the part that all of the organization sees.

mod get;
mod list;
mod order;
mod record;
mod remove;
mod set;

pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use set::{__path_set, set};
