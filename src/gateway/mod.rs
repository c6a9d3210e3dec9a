//! Streams of events for clients, out of the stream that the ledger is relayed to. It lives on NATS alone: nothing here
//! asks the database, and who somebody is stands in the token that they show.
//!
//! What clients get is made by the same code as the server's own streams: `http::sse` frames and follows,
//! [`crate::actors::StreamHub`] fans out. Only where it is read is another: `tail` follows the end of the stream for all
//! clients together, `source` reads pages of the past.

mod activity;
mod config;
mod door;
mod keys;
mod probes;
mod run;
mod server;
mod source;
mod tail;
mod written;

pub use config::{Config, InvalidConfig, KeySet};
pub use server::{Gateway, serve};
