//! A run that somebody pays for: one stream an authorization to pay, so that one starts one run, whoever presents
//! it and however often.
//!
//! It is reserved before anything is done, its run begins once, and the money is asked for until it is known
//! whether it moved. What is not known is pending; nobody is asked a second time for what may be paid.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Reservation, Settlement};
pub use state::{Sale, Stage};
pub use upcast::upcasters;
