//! The floor of a wallet on a chain: how much of the coin its organization wants there to be, who gets more
//! when it cannot pay, and whether there is less. One stream a wallet and chain.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Balance, Event, TopUp};
pub use state::{Crossing, Floor, MAX_WITHIN_MS, MIN_WITHIN_MS, Setting};
pub use upcast::upcasters;
