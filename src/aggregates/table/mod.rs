//! A table of an organization: what it consists of, and how it came to that. Its rows are no events.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use state::{MAX_EVENTS, Table};
pub use upcast::upcasters;
