//! What happened to the paid endpoints of an organization. Stored for ever: a changed shape is a new version and
//! an upcaster.

use alloy_primitives::{Address, U256};
use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::PaidEndpointId;

/// What an endpoint asked when it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// The method.
    pub method: String,
    /// The URL without its query.
    pub base_url: String,
    /// The chain.
    pub chain_id: u64,
    /// The token.
    pub token_address: Address,
    /// Who is paid.
    pub pay_to: Address,
    /// How much, in the smallest unit of the token.
    pub price: U256,
}

/// An endpoint that is paid by request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// What people call it.
    pub name: String,
    /// What it gives.
    pub description: String,
    /// What it asked when it was taken up.
    pub asked: Trial,
    /// The most that is paid for a request, in the smallest unit of the token.
    pub max_allowed_price: U256,
    /// The symbol of the token, for people.
    pub token_symbol: String,
    /// How many decimals it has.
    pub token_decimals: u8,
    /// What else is known of it: its parameters, defaults, examples, what it is for.
    pub details: Json,
    /// Where it was found.
    pub source: String,
}

/// A fact of the endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// An endpoint gave what was paid for.
    Tried {
        /// What it asked.
        trial: Trial,
        /// Who tried it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An endpoint was taken up.
    Added {
        /// Its id.
        endpoint_id: PaidEndpointId,
        /// What is known of it.
        endpoint: Box<Endpoint>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is paid no more.
    Removed {
        /// Which.
        endpoint_id: PaidEndpointId,
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
    pub const NAMES: [&'static str; 3] = ["tried", "added", "removed"];

    /// The endpoint that is there by this event, if it is one that adds one.
    pub const fn added(&self) -> Option<PaidEndpointId> {
        match self {
            Self::Added { endpoint_id, .. } => Some(*endpoint_id),
            Self::Tried { .. } | Self::Removed { .. } => None,
        }
    }

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Tried { .. } => "tried",
            Self::Added { .. } => "added",
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
