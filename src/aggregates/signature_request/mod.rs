//! A document that should be signed: one stream a document, from what is wanted to the signature, which is
//! made once and stored before anybody is told it.
//!
//! Whoever has the signature of a document may use it: nobody can call it back. So what it lets move is
//! reserved before it is signed, and counts as used from then on; only a document that was surely never
//! signed, or whose time was over before anybody used it, gives it back.

mod approving;
mod command;
mod error;
mod event;
mod intent;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order, Verdict};
pub use error::Error;
pub use event::{Event, Told};
pub use intent::{Intent, Origin};
pub use state::{NOT_APPROVED, SignatureRequest, Stage, rejection};
pub use upcast::upcasters;
