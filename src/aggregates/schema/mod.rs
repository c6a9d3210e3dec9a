//! A JSON Schema of an organization, with all its versions. A version never changes.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Compared, Order};
pub use error::Error;
pub use event::{Details, Event};
pub use state::{Edition, MAX_TAGS, MAX_VERSIONS, Schema};
pub use upcast::upcasters;
