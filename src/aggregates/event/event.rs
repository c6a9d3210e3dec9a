//! What happened: the event was published. Stored for ever: a changed shape is a new version and an
//! upcaster.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::source_type::SourceType;
use crate::primitives::{EventId, OrganizationId};
use crate::schemas::Version;

/// How long an id or a tag may be, in bytes.
pub const MAX_WORD: usize = 128;
/// How many tags an event may have. With the ids they fit into what a wait leaves beside the
/// payload.
pub const MAX_TAGS: usize = 8;

/// What is said about an event, for those who follow a story over many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metadata {
    /// What all that belongs together shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// What led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// The trace that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// On whose behalf it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What it is found by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
}

impl Metadata {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is within its bounds.
    pub(super) fn is_bounded(&self) -> bool {
        let Self { correlation_id, causation_id, trace_id, user_id, tags } = self;
        let mut words =
            [correlation_id, causation_id, trace_id, user_id].into_iter().flatten().chain(tags);
        tags.len() <= MAX_TAGS && words.all(|word| is_word(word))
    }
}

/// Whether a text is an id or a tag.
pub(super) fn is_word(text: &str) -> bool {
    (1..=MAX_WORD).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The one fact of such a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was published.
    Published(Published),
}

/// An event as it was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// Its id.
    pub event_id: EventId,
    /// Whose runs may wait for it.
    pub organization_id: OrganizationId,
    /// Its name.
    pub event: String,
    /// What it says.
    pub payload: Json,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What kind of source that is; unknown of events of the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<SourceType>,
    /// The id that it has for its sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// When it happened, in the words of its sender.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    pub occurred_at: Option<OffsetDateTime>,
    /// What is said about it.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// The version of its definition that it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Who published it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Published {
    /// What those who wait for it see beside name, payload and source; null where nothing is said.
    pub fn about(&self) -> serde_json::Value {
        let mut said = serde_json::json!(self.metadata);
        if let (Some(fields), Some(occurred)) = (said.as_object_mut(), self.occurred_at) {
            let text = occurred.format(&time::format_description::well_known::Rfc3339);
            fields.extend(text.ok().map(|text| ("timestamp".to_owned(), text.into())));
        }
        if said.as_object().is_some_and(serde_json::Map::is_empty) {
            serde_json::Value::Null
        } else {
            said
        }
    }
}

impl Event {
    /// The version in which it is written today.
    pub const VERSION: &'static str = "1.1";

    /// The names of all events.
    pub const NAMES: [&'static str; 1] = ["published"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Published(_) => "published",
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
