//! What happened to a session. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{SessionId, UserId};

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Its owner logged out.
    LoggedOut,
    /// Its owner ended it from another session.
    Ended,
    /// A secret of it was used twice: somebody has a copy.
    Reused,
}

/// A fact of a session. Secrets stand here as hashes; each has 190 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// It began.
    Opened {
        /// Its id.
        session_id: SessionId,
        /// Whose it is.
        user_id: UserId,
        /// SHA-256 in hex of its first secret.
        refresh_hash: String,
        /// When it ends at the latest.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// The address that it came from.
        from: String,
        /// What the program called itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It went on with another secret.
    Refreshed {
        /// SHA-256 in hex of that secret.
        refresh_hash: String,
        /// The address that it came from.
        from: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A secret was presented that had been used before.
    Reused {
        /// The address that it came from.
        from: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A ticket for a stream was used.
    TicketUsed {
        /// What it is called.
        ticket: String,
        /// When it would have been over by itself.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is over.
    Closed {
        /// Why.
        reason: CloseReason,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 5] = ["opened", "refreshed", "reused", "ticket_used", "closed"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Refreshed { .. } => "refreshed",
            Self::Reused { .. } => "reused",
            Self::TicketUsed { .. } => "ticket_used",
            Self::Closed { .. } => "closed",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
