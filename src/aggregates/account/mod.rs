//! An organization's account of compute units: what it was given, and whether they are used up.
//!
//! What it used is not here: that follows from the events of its runs, and the view `usage` has it.

mod command;
mod error;
mod event;
mod month;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use month::Month;
pub use state::{Account, MAX_BALANCE, MAX_NOTE_BYTES, Plan};
pub use upcast::upcasters;
