//! What endpoints were told.

mod get;
mod list;
mod record;
mod replay;

pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use replay::{__path_replay, replay};
