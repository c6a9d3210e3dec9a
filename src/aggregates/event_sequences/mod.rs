//! The sequences of events that an organization expects: one stream an organization, so that who
//! hands an event on knows them as they stand.

mod command;
mod content;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use content::{
    Compensation, Content, MAX_COMPENSATIONS, MAX_RETRIES, MAX_STEPS, OutOfOrder, Rollback,
    RollbackKind, Step,
};
pub use error::Error;
pub use event::Event;
pub use state::{Edition, MAX_SEQUENCES, MAX_VERSIONS, Sequence, Sequences};
pub use upcast::upcasters;
