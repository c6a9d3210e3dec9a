//! A task: work for a person, which a run waits for.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Opening, Order};
pub use error::Error;
pub use event::{CancelCause, Created, Escalation, Event, Reminder};
pub use state::{Status, Task};
pub use upcast::upcasters;
