//! Where people find what they half remember.

mod find;

pub use find::{__path_find, find};
