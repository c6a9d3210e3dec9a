//! A payment for an HTTP request (x402): one stream a request, so that whoever carries it out, and however often,
//! knows what was signed for it.
//!
//! What is signed is on the ledger before anybody is shown it. While it can still be carried out, nothing
//! else is signed for the same request: the same payload is presented again.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Opening, Origin, Outcome, Wish};
pub use state::{MAX_AUTHORIZATIONS, Payment, Signed, Stage};
pub use upcast::upcasters;
