//! What an organization has used of the limits of its policies: one stream an organization, so that of two
//! transactions that race for the last of a limit one gets it.
//!
//! An amount is reserved before its transaction is signed. It is settled when that is final, and given back
//! only on proof that it never will be; until then it counts, however long that takes.

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
pub use state::{FORM, Spending};
pub use upcast::upcasters;
