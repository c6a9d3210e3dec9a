//! What happened to a connector. Stored for ever: a changed shape is a new version and an upcaster.

use std::collections::BTreeMap;

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::owner::{Owner, Visibility};
use crate::primitives::{ConnectorId, OrganizationId};

/// Where something sealed is found: never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// The field of this record in the vault.
    pub field: String,
    /// The version of the data key that sealed it then.
    pub key_version: i32,
}

/// The data of a connector: what may be seen of them, and where the rest is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Data {
    /// The fields that are no secrets.
    pub settings: Json,
    /// Of each secret field what a person knows it by: `••••1234`, or nothing but dots.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: BTreeMap<String, String>,
    /// Where the secret fields are; none when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Reference>,
}

/// Whether a connector can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The provider has not granted access yet.
    Pending,
    /// Nothing speaks against it.
    Connected,
    /// The last test failed.
    Failing,
    /// The provider has ended its access: it has to be authorized anew.
    Expired,
}

/// What a test, or a use, has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// How it stands.
    pub status: Status,
    /// Why, unless it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A fact of a connector's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The connector came into being.
    Connected {
        /// Its id.
        connector_id: ConnectorId,
        /// Whose workflows may use it.
        organization_id: OrganizationId,
        /// The provider.
        kind: String,
        /// What people call it.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// Who answers for it.
        owner: Owner,
        /// Who else may see and use it.
        visibility: Visibility,
        /// Its data.
        data: Data,
        /// Whether it can be used.
        status: Status,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is called something else, or for something else.
    Renamed {
        /// What people call it.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It has other data; workflows that use it need no change.
    CredentialsReplaced {
        /// Its data from now on.
        data: Data,
        /// Whether it can be used.
        status: Status,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was tried.
    Checked {
        /// What was found.
        check: Check,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Others may see and use it, or may not any more.
    Shared {
        /// Who may.
        visibility: Visibility,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody else answers for it.
    OwnerChanged {
        /// Who does.
        owner: Owner,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody was sent to the provider to grant access.
    AuthorizationStarted {
        /// SHA-256 in hex of what the provider has to hand back.
        state_hash: String,
        /// Until when it may.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The provider has sent somebody back. It cannot do so again.
    AuthorizationReturned {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The provider has granted access.
    Authorized {
        /// What was granted, as the provider says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scopes: Option<String>,
        /// The version of the data key that sealed the tokens.
        key_version: i32,
        /// When access ends for good; absent where it can be renewed.
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
    /// It is no more, and what was sealed for it is forgotten.
    Disconnected {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Status {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Failing => "failing",
            Self::Expired => "expired",
        }
    }
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 10] = [
        "connected",
        "renamed",
        "credentials_replaced",
        "checked",
        "shared",
        "owner_changed",
        "authorization_started",
        "authorization_returned",
        "authorized",
        "disconnected",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::Renamed { .. } => "renamed",
            Self::CredentialsReplaced { .. } => "credentials_replaced",
            Self::Checked { .. } => "checked",
            Self::Shared { .. } => "shared",
            Self::OwnerChanged { .. } => "owner_changed",
            Self::AuthorizationStarted { .. } => "authorization_started",
            Self::AuthorizationReturned { .. } => "authorization_returned",
            Self::Authorized { .. } => "authorized",
            Self::Disconnected { .. } => "disconnected",
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
