//! What happened to sequences. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::content::Content;
use crate::primitives::OrganizationId;
use crate::schemas::Version;

/// A fact about a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A version came into being, the first one included.
    Defined {
        /// Whose events are followed.
        organization_id: OrganizationId,
        /// The name of the sequence.
        name: String,
        /// The number of the version.
        version: Version,
        /// What it says.
        content: Box<Content>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// No story begins any more.
    Retired {
        /// The name of the sequence.
        name: String,
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
    pub const NAMES: [&'static str; 2] = ["defined", "retired"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Defined { .. } => "defined",
            Self::Retired { .. } => "retired",
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
