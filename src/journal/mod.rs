//! The event store: one table of events, a dense global order over it, and everything that must
//! become durable together with an event.

mod error;
mod event;

pub use error::Error;
pub use event::{Append, Fence, Metadata, NewEvent, Outcome, Receipt, Recorded, Side, StreamId};
