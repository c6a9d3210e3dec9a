//! One log-in of a person: the chain of one-time secrets that keeps it going, until it is over.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Opened, Order};
pub use error::Error;
pub use event::{CloseReason, Event};
pub use state::{MAX_REFRESHES, SESSION_LIFE, Session};
pub use upcast::upcasters;
