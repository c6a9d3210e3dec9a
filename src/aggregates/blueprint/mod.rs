//! A template or a block: something that is made once and used again.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Content, Event, Sharing};
pub use state::Blueprint;
pub use upcast::upcasters;
