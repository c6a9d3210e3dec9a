//! What is made to be used again: templates, from which drafts are made, and blocks, of which
//! definitions are put together. Pure: JSON in, JSON or faults out.

mod content;
mod expand;
mod expression;
mod fill;
mod pointer;
mod scan;
#[cfg(test)]
mod tests;

pub use content::{Input, InputKind, Kind, check};
pub use expand::{BLOCK, Block, expand, references};
pub use fill::{Ask, asks, fill};
pub use scan::scan;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer.
    pub path: String,
    /// What is wrong and what mends it.
    pub message: String,
}

impl Fault {
    fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}
