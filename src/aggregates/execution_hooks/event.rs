//! What happened to endpoints. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::topic::Choice;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};

/// Of what an endpoint is told, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// What people call it.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it is.
    pub url: String,
    /// Of what it is told.
    pub event_types: Vec<Choice>,
    /// Of which workflows; none for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<WorkflowId>,
    /// How often a delivery is tried after the first time.
    pub max_retries: u32,
}

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExecutionHookDisabledReason)]
pub enum Reason {
    /// Somebody wanted it.
    Ordered,
    /// It answered 410: it is gone.
    Gone,
}

/// A fact of the life of an organization's endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// It is told from here on.
    Created {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// Of whose runs it is told.
        organization_id: OrganizationId,
        /// Of what, and where.
        wish: Box<Wish>,
        /// Whether it is told from now on.
        enabled: bool,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is told of something else, or elsewhere.
    Changed {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// Of what, and where, from here on.
        wish: Box<Wish>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is told again.
    Enabled {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is told nothing.
    Disabled {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// Why.
        reason: Reason,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Another secret signs.
    SecretRegenerated {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
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
    /// It is to be told again what happened at these positions.
    ReplayOrdered {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// The first position.
        from: i64,
        /// The last one.
        to: i64,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// One delivery is to be sent again.
    RedeliveryOrdered {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// The delivery.
        delivery_id: HookDeliveryId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is to be sent something that says nothing.
    TestOrdered {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
        /// The delivery.
        delivery_id: HookDeliveryId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is told nothing any more.
    Removed {
        /// The endpoint.
        endpoint_id: ExecutionHookId,
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
    pub const NAMES: [&'static str; 9] = [
        "created",
        "changed",
        "enabled",
        "disabled",
        "secret_regenerated",
        "replay_ordered",
        "redelivery_ordered",
        "test_ordered",
        "removed",
    ];

    /// The endpoint that it is about.
    pub const fn endpoint(&self) -> ExecutionHookId {
        match self {
            Self::Created { endpoint_id, .. }
            | Self::Changed { endpoint_id, .. }
            | Self::Enabled { endpoint_id, .. }
            | Self::Disabled { endpoint_id, .. }
            | Self::SecretRegenerated { endpoint_id, .. }
            | Self::ReplayOrdered { endpoint_id, .. }
            | Self::RedeliveryOrdered { endpoint_id, .. }
            | Self::TestOrdered { endpoint_id, .. }
            | Self::Removed { endpoint_id, .. } => *endpoint_id,
        }
    }

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Changed { .. } => "changed",
            Self::Enabled { .. } => "enabled",
            Self::Disabled { .. } => "disabled",
            Self::SecretRegenerated { .. } => "secret_regenerated",
            Self::ReplayOrdered { .. } => "replay_ordered",
            Self::RedeliveryOrdered { .. } => "redelivery_ordered",
            Self::TestOrdered { .. } => "test_ordered",
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
