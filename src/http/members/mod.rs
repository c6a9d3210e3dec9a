//! The members of the organization, and what may be changed of them.

mod change;
mod leave;
mod list;
mod record;
mod remove;

pub use change::{__path_change, change};
pub use leave::{__path_leave, leave};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
