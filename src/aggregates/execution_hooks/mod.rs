//! The endpoints of the outside that are told what happens in an organization's runs: one stream an
//! organization, so that who hands an event on reads them as they stand, and no view is behind.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod topic;
mod upcast;

pub use command::{Change, Command, Order};
pub use error::Error;
pub use event::{Event, Reason, Wish};
pub use state::{Endpoint, Hooks, MAX_ENDPOINTS, MAX_RETRIES, MAX_SECRETS, Off, Signing};
pub use topic::{Choice, Topic};
pub use upcast::upcasters;
