//! What happened to subscriptions. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::retry::Retry;
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// Whether events are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscriptionStatus)]
pub enum Status {
    /// They are.
    #[default]
    Active,
    /// They are not, and those of meanwhile never will be.
    Suspended,
}

/// Which events somebody wants, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// Which: a name, or a pattern.
    pub pattern: String,
    /// And of these, which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Json>,
    /// Where to.
    pub url: String,
    /// The names of the headers that go along; their values are in the vault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// What is done when the endpoint does not take one.
    pub retry: Retry,
}

/// A fact of the life of an organization's subscriptions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// Events are sent from here on.
    Subscribed {
        /// The subscription.
        subscription_id: EventSubscriptionId,
        /// Whose events are sent.
        organization_id: OrganizationId,
        /// Which, and where to.
        wish: Box<Wish>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Events are sent, or not.
    StatusChanged {
        /// The subscription.
        subscription_id: EventSubscriptionId,
        /// Whether they are.
        status: Status,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Other events are sent, or elsewhere.
    Changed {
        /// The subscription.
        subscription_id: EventSubscriptionId,
        /// Which, and where to, from here on.
        wish: Box<Wish>,
        /// Whether they are.
        status: Status,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Another secret signs.
    SecretRotated {
        /// The subscription.
        subscription_id: EventSubscriptionId,
        /// Under which field the secret is sealed.
        field: String,
        /// Until when those of before sign, too.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// None is sent any more.
    Removed {
        /// The subscription.
        subscription_id: EventSubscriptionId,
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
        ["subscribed", "status_changed", "changed", "secret_rotated", "removed"];

    /// The subscription that it is about.
    pub const fn subscription(&self) -> EventSubscriptionId {
        match self {
            Self::Subscribed { subscription_id, .. }
            | Self::StatusChanged { subscription_id, .. }
            | Self::Changed { subscription_id, .. }
            | Self::SecretRotated { subscription_id, .. }
            | Self::Removed { subscription_id, .. } => *subscription_id,
        }
    }

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Subscribed { .. } => "subscribed",
            Self::StatusChanged { .. } => "status_changed",
            Self::Changed { .. } => "changed",
            Self::SecretRotated { .. } => "secret_rotated",
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
