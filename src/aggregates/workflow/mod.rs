//! A workflow: its draft, its published versions, and which of them is live.

mod command;
mod error;
mod event;
mod limits;
mod review;
mod state;
mod tags;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Approval, Command, Order};
pub use error::Error;
pub use event::{Event, PauseReason};
pub use limits::{Allotment, Limits};
pub use review::{Comment, Review, Verdict, hash_of};
pub use state::{Draft, Status, Version, Workflow};
pub use upcast::upcasters;
