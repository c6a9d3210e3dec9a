//! What the events of a name look like, in versions. What a version says never changes, only whether
//! it holds.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Content, Event, Status};
pub use state::{Definition, Edition, MAX_EXAMPLES, MAX_VERSIONS};
pub use upcast::upcasters;
