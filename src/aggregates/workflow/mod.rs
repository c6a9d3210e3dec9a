//! A workflow: its draft, its published versions, and which of them is live.

mod command;
mod error;
mod event;
mod limits;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, PauseReason};
pub use limits::{Allotment, Limits};
pub use state::{Draft, Status, Version, Workflow};
pub use upcast::upcasters;
