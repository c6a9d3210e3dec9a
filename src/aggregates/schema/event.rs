//! What happened to a schema. Stored for ever: a changed shape is a new version and an upcaster.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::state::MAX_TAGS;
use crate::primitives::{OrganizationId, SchemaId};
use crate::schemas::{Change, Level, MAX_NAME, Name, Version};

/// How many bytes a description may have.
pub(super) const MAX_TEXT: usize = 4_000;

/// What is said of a schema beside what it says itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is found by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// What its versions promise to one another.
    pub compatibility: Level,
}

impl Details {
    /// Whether it is short enough to be kept.
    pub(super) fn is_bounded(&self) -> bool {
        let plain = |text: &str, max| {
            text.len() <= max && !text.chars().any(|it| it.is_control() && it != '\n')
        };
        self.description.as_deref().is_none_or(|text| plain(text, MAX_TEXT))
            && self.owner.as_deref().is_none_or(|text| plain(text, MAX_NAME))
            && self.tags.len() <= MAX_TAGS
            && self.tags.iter().all(|tag| !tag.is_empty() && plain(tag, MAX_NAME))
    }
}

/// A fact of a schema's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The schema came into being with its first version.
    Registered {
        /// Its id.
        schema_id: SchemaId,
        /// Its owner.
        organization_id: OrganizationId,
        /// Its name.
        name: Name,
        /// What is said of it.
        details: Details,
        /// The number of its first version.
        version: Version,
        /// The version.
        schema: Json,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A version was added.
    VersionAdded {
        /// Its number.
        version: Version,
        /// The version.
        schema: Json,
        /// What has changed since the version before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Something else is said of it.
    Described {
        /// What.
        details: Details,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A version, or the schema as a whole, should not be used any more.
    Deprecated {
        /// The version; all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It may be used after all.
    Reinstated {
        /// The version; all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
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
    pub const NAMES: [&'static str; 5] =
        ["registered", "version_added", "described", "deprecated", "reinstated"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::VersionAdded { .. } => "version_added",
            Self::Described { .. } => "described",
            Self::Deprecated { .. } => "deprecated",
            Self::Reinstated { .. } => "reinstated",
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
