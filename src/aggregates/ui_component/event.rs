//! What happened to an interface. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::interfaces::Component;
use crate::primitives::OrganizationId;

/// A fact of its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// It came into being with its first version.
    Created {
        /// Whose it is.
        organization_id: OrganizationId,
        /// Its name, as the audit log shows it.
        name: String,
        /// What it consists of.
        component: Box<Component>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It has another version.
    Revised {
        /// The version, from 2.
        version: u64,
        /// Its name, as the audit log shows it.
        name: String,
        /// All of it, as it is now.
        component: Box<Component>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is offered no more.
    Retired {
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
    pub const NAMES: [&'static str; 3] = ["created", "revised", "retired"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Revised { .. } => "revised",
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
