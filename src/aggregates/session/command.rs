//! What can be done with a session.

use time::OffsetDateTime;

use super::event::CloseReason;
use crate::primitives::{SessionId, UserId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Begin.
    Open(Opened),
    /// Go on: the secret of before for the next one.
    Refresh {
        /// SHA-256 in hex of the secret that was presented.
        presented: String,
        /// The same of the one that follows.
        next: String,
        /// The address that it came from.
        from: String,
    },
    /// Use a ticket, which opens one stream once.
    UseTicket {
        /// What it is called.
        ticket: String,
        /// When it would be over by itself.
        expires_at: OffsetDateTime,
    },
    /// End.
    Close(CloseReason),
}

/// What is known of a session that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its id.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 in hex of its first secret.
    pub refresh_hash: String,
    /// The address that it came from.
    pub from: String,
    /// What the program called itself.
    pub agent: Option<String>,
}
