//! A person with an account: how they prove who they are, and how often they failed to.
//!
//! The ledger is for ever, so nothing here is worth guessing at: verifiers of passwords, secrets of
//! authenticators and recovery codes are in the vault, and the events name the place.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order, Proof};
pub use error::Error;
pub use event::{Event, Factor, PasswordCause};
pub use state::{FREE_FAILURES, Locks, MAX_SESSIONS, RESET_LIFE, SecondFactor, User};
pub use upcast::upcasters;
