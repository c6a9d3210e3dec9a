//! What an organization keeps and for how long, and what it may not let go. One stream an organization.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Event, Scope};
pub use state::{DELAY, Hold, LEAST_DAYS, MAX_HOLDS, MAX_REASON, Policy, Retention, Shredding};
pub use upcast::upcasters;
