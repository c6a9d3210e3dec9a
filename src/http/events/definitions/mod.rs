//! What events look like, for those who publish them and those who wait for them.

mod create;
mod get;
mod list;
mod record;
mod status;

pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use status::{__path_status, status};
