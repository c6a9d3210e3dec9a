//! What happened to amounts. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::policies::limits::{Claim, Proof};
use crate::primitives::{IntentId, OrganizationId};

/// A fact of an organization's spending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// Amounts are kept for a transaction.
    Reserved {
        /// Whose.
        organization_id: OrganizationId,
        /// For which.
        intent_id: IntentId,
        /// Of which limits, and how much.
        claims: Vec<Claim>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They are used.
    Settled {
        /// By which.
        intent_id: IntentId,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They are free again, but for what was spent all the same.
    Released {
        /// Which does not need them.
        intent_id: IntentId,
        /// Why it never will.
        proof: Proof,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 3] = ["reserved", "settled", "released"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Settled { .. } => "settled",
            Self::Released { .. } => "released",
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
