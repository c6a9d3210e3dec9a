//! An event that somebody publishes for the runs that wait for it: a stream of a single fact.

mod command;
mod error;
#[expect(
    clippy::module_inception,
    reason = "every aggregate keeps its events in a file of that name"
)]
mod event;
mod source_type;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::Command;
pub use error::Error;
pub use event::{Event, MAX_TAGS, MAX_WORD, Metadata, Published};
pub use source_type::SourceType;
pub use state::Publication;
pub use upcast::upcasters;
