//! How far sources were read that are asked now and then, and how they are doing.

mod cursors;
mod error;

pub use cursors::{Cursors, Standing};
pub use error::Error;
