//! The keys that sign the tokens of sessions: which there are, and until when each is believed. The
//! public halves stand here, the private ones in the vault.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, NewKey, Order, Retire};
pub use error::Error;
pub use event::Event;
pub use state::{Key, TokenKeys};
pub use upcast::upcasters;
