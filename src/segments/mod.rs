//! What a sealed segment is: a part of one organization's runs of one month in a file that is written once and
//! called by the hash of its bytes. `docs/decisions/0059` has its layout.

mod error;
mod file;
mod layout;
mod row;
mod shelf;
#[cfg(test)]
mod tests;
mod writer;

pub use error::Fault;
pub use file::Segment;
pub use layout::{Digest, Header};
pub use row::Row;
pub use shelf::Shelf;
pub use writer::{Writer, Written};
