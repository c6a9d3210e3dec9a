//! Organizations: founded, shown, renamed.

mod found;
mod get;
mod list;
pub(super) mod order;
pub mod policies;
pub(super) mod record;
mod rename;
pub mod retention;

pub use found::{__path_found, found};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use rename::{__path_rename, rename};
