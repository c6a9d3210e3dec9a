//! One story that a sequence of events follows: which of its events have come, and how it ended.

mod command;
mod error;
mod event;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Opening, Order};
pub use error::Error;
pub use event::{Event, Opened, Reason, Served};
pub use state::{Instance, Progress};
pub use status::{Status, StepStatus};
pub use upcast::upcasters;
