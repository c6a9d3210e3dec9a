//! The roles of the organization: those that all have, and its own.

mod change;
mod define;
mod list;
mod record;
mod remove;

pub use change::{__path_change, change};
pub use define::{__path_define, define};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
