//! A task: work for a person, which a run waits for; or a question to a person whether something may be
//! signed.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Closing, Command, Opening, Order};
pub use error::Error;
pub use event::{Approval, CancelCause, Created, Escalation, Event, Reminder, Subject};
pub use state::{Status, Task};
pub use upcast::upcasters;
