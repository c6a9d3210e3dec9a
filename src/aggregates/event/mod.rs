//! An event that somebody publishes for the runs that wait for it: a stream of a single fact.

mod command;
mod error;
#[expect(
    clippy::module_inception,
    reason = "every aggregate keeps its events in a file of that name"
)]
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::Command;
pub use error::Error;
pub use event::{Event, Published};
pub use state::Publication;
pub use upcast::upcasters;
