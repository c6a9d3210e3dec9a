//! JSON in, definition out.

mod definition;
mod node;
mod reader;

pub use definition::parse;
pub(crate) use definition::read;
