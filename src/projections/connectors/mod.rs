//! Which connectors there are, whose, and how they stand.

mod fold;
mod queries;

pub use fold::Projector;
pub use queries::{Connectors, Filter, Summary};
