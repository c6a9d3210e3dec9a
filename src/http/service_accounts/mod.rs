//! The accounts of programs: what their keys may do at most.

mod change;
mod create;
mod list;
mod record;
mod remove;

pub use change::{__path_change, change};
pub use create::{__path_create, create};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
