//! What happened to a key. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::access::KeyHash;
use crate::primitives::{OrganizationId, ServiceAccountId, UserId};

/// Whose a key is: what it opens is never more than what its owner may do at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Owner {
    /// A program's account.
    ServiceAccount(ServiceAccountId),
    /// A member of the organization.
    User(UserId),
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ServiceAccount(account) => account.fmt(f),
            Self::User(user) => user.fmt(f),
        }
    }
}

/// A fact of a key's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The key came into being. Its text was shown once and is nowhere.
    Issued {
        /// The SHA-256 of its text.
        hash: KeyHash,
        /// The organization that it opens.
        organization_id: OrganizationId,
        /// Whose it is.
        owner: Owner,
        /// What people call it.
        name: String,
        /// The permissions that it opens at most; all of its owner when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scopes: Option<Vec<String>>,
        /// From when on it opens nothing.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "time::serde::rfc3339::option"
        )]
        expires_at: Option<OffsetDateTime>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It opens nothing any more.
    Revoked {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was used. Noted now and then, not each time.
    Used {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 3] = ["issued", "revoked", "used"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::Revoked { .. } => "revoked",
            Self::Used { .. } => "used",
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
