//! What the keys of an organization may sign: its policies of signing, one stream an organization.
//! What they say and how it is decided is `policies`; rules of publishing are the aggregate `policy`.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use state::{Current, MAX_DELAY, MAX_POLICIES, Policy, SigningPolicies, Waiting};
pub use upcast::upcasters;
