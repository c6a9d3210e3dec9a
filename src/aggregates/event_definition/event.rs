//! What happened to a definition. Stored for ever: a changed shape is a new version and an upcaster.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::aggregates::event::SourceType;
use crate::primitives::{EventDefinitionId, OrganizationId};
use crate::schemas::Version;

/// Whether a version of a definition holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDefinitionStatus)]
pub enum Status {
    /// Somebody works on it: nothing is held against it.
    Draft,
    /// Events are held against it.
    #[default]
    Active,
    /// Events are held against it only when they name it.
    Deprecated,
}

impl Status {
    /// Its name, as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Deprecated => "deprecated",
        }
    }
}

/// What a version says of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// What they mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// From what kinds of sources they come; any when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub source_types: BTreeSet<SourceType>,
    /// The JSON Schema of their payloads; one that was registered stands here as a `$ref`.
    pub payload_schema: Json,
    /// Payloads that fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Json>,
}

/// A fact of a definition's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A version came into being, the first one included.
    Defined {
        /// The id of the definition.
        definition_id: EventDefinitionId,
        /// Whose events it is about.
        organization_id: OrganizationId,
        /// Their name.
        name: String,
        /// The number of the version.
        version: Version,
        /// What it says.
        content: Box<Content>,
        /// Whether it holds.
        status: Status,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A version holds, or does not hold any more.
    StatusChanged {
        /// The version.
        version: Version,
        /// Whether it holds.
        status: Status,
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
    pub const NAMES: [&'static str; 2] = ["defined", "status_changed"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Defined { .. } => "defined",
            Self::StatusChanged { .. } => "status_changed",
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
