//! A document that an organization keeps to be found: text with a title, in versions.

mod command;
mod content;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use content::{Content, MAX_TAGS, MAX_TEXT};
pub use error::Error;
pub use event::Event;
pub use state::Document;
pub use upcast::upcasters;
