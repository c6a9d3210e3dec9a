//! The ledger on NATS JetStream, for readers who do not ask PostgreSQL: where it is, which stream takes it, what
//! a message looks like. Alone names `async_nats`.
//!
//! An event has in the stream the sequence that it has on the ledger: its position. The relay asks the stream
//! for that with every message, so that nothing but the stream itself says how far it is.

mod config;
mod connection;
mod error;
mod ledger;
mod message;
mod reader;
mod stream;

pub use config::{Config, InvalidConfig, Target};
pub use error::Error;
pub use ledger::Ledger;
pub use message::{Marks, Message};
pub use reader::{Begin, Content, Following, Kept, Page, Reader, Wish};
pub use stream::{Standing, Stream, Taken, Underway};
