//! The wallets of an organization: one stream an organization, so that names are told apart and one
//! of them is the default. No key is here: the ledger holds the address, and under which name the
//! backend keeps the key.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Provenance};
pub use state::{MAX_NAME, MAX_WALLETS, Wallet, Wallets};
pub use upcast::upcasters;
