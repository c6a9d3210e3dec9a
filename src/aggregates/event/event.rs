//! What happened: the event was published. Stored for ever: a changed shape is a new version and an
//! upcaster.

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{EventId, OrganizationId};

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
    /// Who published it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Event {
    /// The version in which it is written today.
    pub const VERSION: &'static str = "1.0";

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
