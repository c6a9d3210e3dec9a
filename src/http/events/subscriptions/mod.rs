//! Endpoints of the outside to which events are sent.

mod change;
mod create;
mod get;
mod list;
mod record;
mod remove;
mod rotate;
mod status;

pub use change::{__path_change, change};
pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use rotate::{__path_rotate, rotate};
pub use status::{__path_status, status};
