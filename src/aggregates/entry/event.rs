//! What happened to an entry. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::place::Place;

/// A fact of an entry's life. Each says all that is known of the entry after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A value was kept; whatever was there before is history.
    Set {
        /// Where.
        place: Place,
        /// The value.
        value: Json,
        /// Who did it.
        by: String,
        /// The idempotency key of the effect that did it, when it was a node of a run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The value is gone.
    Removed {
        /// Where.
        place: Place,
        /// Who did it.
        by: String,
        /// The idempotency key of the effect that did it, when it was a node of a run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
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
