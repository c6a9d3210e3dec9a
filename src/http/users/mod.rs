//! The people of the installation, as its operator sees them.

mod create;
mod get;
mod list;
mod order;
mod record;
mod reset;
mod restore;
mod suspend;

pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use reset::{__path_reset, reset};
pub use restore::{__path_restore, restore};
pub use suspend::{__path_suspend, suspend};
