//! What became of a test's cases, once: recorded whole, and never changed.

mod command;
mod event;
mod state;
mod upcast;

pub use command::{Command, Error};
pub use event::{Event, Status};
pub use state::{End, Head, TestExecution};
pub use upcast::upcasters;
