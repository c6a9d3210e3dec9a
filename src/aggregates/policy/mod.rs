//! An organization's rules for what goes live: whether somebody else has to approve it first.

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
pub use state::Policy;
pub use upcast::upcasters;
