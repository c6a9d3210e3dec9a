//! What was refused, and what went out to models. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::ConnectorId;

/// The type of these streams. Each holds what one process noted at one time.
pub const TYPE: &str = "audit";

/// A fact at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// Attempts of one kind were refused, from one address.
    Refused {
        /// The code of the problem that was answered.
        reason: String,
        /// Method and pattern of the route, never the path that was sent; `*` for several.
        route: String,
        /// Who it was, where that was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// The address, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// How often.
        times: u64,
        /// When the first of them came.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// When the last of them came.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A language model was asked: something of the organization went to a provider. What it was is not kept.
    AssistantAsked {
        /// By which connector.
        connector_id: ConnectorId,
        /// Which model.
        model: String,
        /// How many messages the conversation had.
        messages: u64,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of these streams is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 2] = ["refused", "assistant_asked"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::AssistantAsked { .. } => "assistant_asked",
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
