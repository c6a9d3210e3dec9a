//! What happened to the policies of an organization. Stored for ever: a changed shape is a new version
//! and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::policies::{Document, Mode};
use crate::primitives::OrganizationId;

/// A fact of the life of an organization's policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A policy was defined, or a new version of it.
    Defined {
        /// For whom.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// Its version, from 1.
        version: u32,
        /// What it says.
        document: Box<Document>,
        /// How it is applied.
        mode: Mode,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// From when on it counts.
        #[serde(with = "time::serde::rfc3339")]
        counts_from: OffsetDateTime,
    },
    /// A policy is applied in another way.
    ModeSet {
        /// Its name.
        name: String,
        /// How.
        mode: Mode,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// From when on it counts.
        #[serde(with = "time::serde::rfc3339")]
        counts_from: OffsetDateTime,
    },
    /// A policy was removed.
    Removed {
        /// Its name.
        name: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// From when on it counts.
        #[serde(with = "time::serde::rfc3339")]
        counts_from: OffsetDateTime,
    },
    /// A change that waited was withdrawn.
    Withdrawn {
        /// Of which policy.
        name: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Changes that loosen wait so long from here on.
    DelaySet {
        /// For whom.
        organization_id: OrganizationId,
        /// How many seconds.
        seconds: u32,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// From when on it counts.
        #[serde(with = "time::serde::rfc3339")]
        counts_from: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 5] =
        ["defined", "mode_set", "removed", "withdrawn", "delay_set"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Defined { .. } => "defined",
            Self::ModeSet { .. } => "mode_set",
            Self::Removed { .. } => "removed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::DelaySet { .. } => "delay_set",
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
