//! Chains: which are known, from whom they are read, how far each was followed.

pub mod endpoints;
mod list;
mod resume;
mod watches;

pub use list::{__path_list, list};
pub use resume::{__path_resume, resume};
pub use watches::{__path_watches, watches};
