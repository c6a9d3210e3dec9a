//! Documents of organizations, and where in them something is said.

mod fold;
mod passages;
mod queries;

pub use fold::Projector;
pub use queries::{Found, Knowledge, Summary};
