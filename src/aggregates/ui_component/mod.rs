//! An interface of an organization, with all its versions. A version never changes.

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
pub use state::{Edition, MAX_VERSIONS, UiComponent};
pub use upcast::upcasters;
