//! A run: one invocation of a workflow. What may happen next is the engine's to decide; this
//! aggregate turns its facts into events of the ledger.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::Run;
pub use upcast::upcasters;
