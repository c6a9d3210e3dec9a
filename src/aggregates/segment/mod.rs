//! A segment: a part of an organization's runs of one month that has left the database for a file. One stream a
//! segment, in the name of the organization.

mod command;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::{Contents, Event};
pub use state::{Segment, Stage};
pub use upcast::upcasters;
