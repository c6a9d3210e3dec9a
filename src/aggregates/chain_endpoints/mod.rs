//! The endpoints of chains that an organization named for itself: one stream an organization. Hosts
//! only stand on the ledger; the URLs, which hold keys, are sealed.

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
pub use state::{ChainEndpoints, MAX_CHAINS, Named};
pub use upcast::upcasters;
