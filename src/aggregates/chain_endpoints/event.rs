//! What happened to the endpoints of an organization. Stored for ever: a changed shape is a new
//! version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::OrganizationId;

/// A fact of the life of an organization's endpoints of chains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A chain is read through these from here on.
    Named {
        /// For whom.
        organization_id: OrganizationId,
        /// The chain.
        chain_id: u64,
        /// Their hosts.
        hosts: Vec<String>,
        /// Under which name their URLs are sealed.
        sealed: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is read through the installation's again.
    Removed {
        /// The chain.
        chain_id: u64,
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
    pub const NAMES: [&'static str; 2] = ["named", "removed"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Named { .. } => "named",
            Self::Removed { .. } => "removed",
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
