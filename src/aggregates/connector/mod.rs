//! Credentials for a provider. The credentials themselves are sealed elsewhere: here stands which
//! there are, whose, and whether they work.

mod command;
mod error;
mod event;
mod owner;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Change, Command, Order};
pub use error::Error;
pub use event::{Check, Data, Event, Reference, Status};
pub use owner::{Owner, UnknownOwner, Visibility};
pub use state::{Authorization, Connector, MAX_NAME, MAX_TEXT};
pub use upcast::upcasters;
