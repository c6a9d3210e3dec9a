//! What happened to a policy. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A fact of a policy's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// From here on drafts are published only when somebody else has approved them.
    ReviewRequired {
        /// Who decided it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// From here on drafts need no approval.
    ReviewWaived {
        /// Who decided it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// From here on events are published only under a definition.
    DefinitionsRequired {
        /// Who decided it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// From here on events of any name are published.
    DefinitionsWaived {
        /// Who decided it.
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
    pub const NAMES: [&'static str; 4] =
        ["review_required", "review_waived", "definitions_required", "definitions_waived"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ReviewRequired { .. } => "review_required",
            Self::ReviewWaived { .. } => "review_waived",
            Self::DefinitionsRequired { .. } => "definitions_required",
            Self::DefinitionsWaived { .. } => "definitions_waived",
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
