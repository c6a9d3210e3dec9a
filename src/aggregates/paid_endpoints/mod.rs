//! The endpoints of the outside that an organization pays by request (x402): one stream an organization.
//!
//! One is taken up after it was tried and paid for, and what it asked then bounds what is paid later.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Endpoint, Event, Trial};
pub use state::{Known, MAX_ENDPOINTS, PaidEndpoints, TRIAL_HOURS};
pub use upcast::upcasters;
