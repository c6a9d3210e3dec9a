//! The keys that sign access tokens, as the installation's operator sees them.

mod list;
mod rotate;

pub use list::{__path_list, list};
pub use rotate::{__path_rotate, rotate};
