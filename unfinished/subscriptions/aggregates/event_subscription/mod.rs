//! An endpoint of the outside to which events are sent.

mod command;
mod error;
mod event;
mod retry;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Status};
pub use retry::Retry;
pub use state::{MAX_HEADERS, MAX_URL, Subscription};
pub use upcast::upcasters;
