//! An email address by which somebody logs in: whose it is. A stream an address, named by its hash,
//! so that two who want the same one meet at the same sequence, and one of them loses.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::{CLAIM_STANDS, LoginName};
pub use upcast::upcasters;
