//! The endpoints of chains that an organization names for itself.

mod get;
mod name;
mod record;
mod remove;
mod resume;

pub use get::{__path_get, get};
pub use name::{__path_name, name};
pub use remove::{__path_remove, remove};
pub use resume::{__path_resume, resume};
