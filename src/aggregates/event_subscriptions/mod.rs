//! The endpoints of the outside to which an organization's events are sent: one stream an
//! organization, so that who hands an event on reads it as it stands, and no view is behind.

mod command;
mod error;
mod event;
mod retry;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Change, Command, Order};
pub use error::Error;
pub use event::{Event, Status, Wish};
pub use retry::Retry;
pub use state::{MAX_SECRETS, MAX_SUBSCRIPTIONS, Signing, Subscription, Subscriptions};
pub use upcast::upcasters;
