//! An API key: whose it is, what it opens, and until when. Its id follows from the hash of its text.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Owner};
pub use state::{ApiKey, Closed, Issue, MAX_KEYS, MAX_NAME, USE_NOTED_EVERY};
pub use upcast::upcasters;
