//! A value under a key, which workflows keep between their runs.

mod command;
mod error;
mod event;
mod place;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use place::{DEFAULT_STORE, MAX_KEY_BYTES, MAX_STORE_BYTES, Place, Scope};
pub use state::{Changed, Entry};
pub use upcast::upcasters;
