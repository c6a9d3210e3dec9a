//! `/v1/knowledge`: documents of the organization, and where in them something is said.

mod add;
mod get;
mod list;
mod order;
mod record;
mod remove;
mod revise;
mod search;

pub use add::{__path_add, add};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use revise::{__path_revise, revise};
pub use search::{__path_search, search};
