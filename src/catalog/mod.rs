//! The typed contracts of triggers, logic and actions: data, not code.
//!
//! Each node type is one manifest under `catalog/`, embedded in the binary. Its schemas are
//! compiled once; a payload is checked against them when a workflow is drawn, when expressions
//! are not resolved yet, and again when the node is performed.

mod document;
mod input;
mod prices;
mod registry;
mod schema;
mod source;
mod spec;
mod stream;
#[cfg(test)]
mod tests;
mod wording;

pub use document::{Page, document};
pub use input::input_problems;
pub use prices::{Prices, Table};
pub use registry::Registry;
pub use schema::{InvalidSchema, Schema, Stage};
pub use source::{Asked, By, Format, Newness, Pages, Recorded, Sent, Source};
pub use spec::{Category, Example, OperationType, Role, Spec};
pub use stream::{About, Heartbeat, Stream, Streamed};
