//! An event on its way to the stream.

use bytes::Bytes;

/// An event on its way to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number on the ledger, and in the stream.
    pub position: i64,
    /// By which it is known again: [`super::Ledger::message_id`].
    pub id: String,
    /// By which readers choose.
    pub subject: String,
    /// The line that an export of the ledger has for it.
    pub body: Bytes,
}
