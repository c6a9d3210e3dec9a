//! A workflow's test: its cases, as their author keeps them.

mod command;
mod error;
mod event;
mod result;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use result::{CaseResult, CaseStatus, Check, CheckKind, Difference};
pub use state::{Content, Test};
pub use upcast::upcasters;
