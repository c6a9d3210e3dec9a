//! What a connector can be told to do.

use time::OffsetDateTime;

use super::event::{Check, Data};
use super::owner::{Owner, Visibility};
use crate::primitives::{ConnectorId, OrganizationId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done with the connector.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the connector into being. What is secret of its data was sealed before.
    Connect {
        /// The id it will have.
        id: ConnectorId,
        /// The organization that will have it.
        organization: OrganizationId,
        /// The provider: the name of a connector type.
        kind: String,
        /// What people call it.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// Who answers for it.
        owner: Owner,
        /// Who else may see and use it.
        visibility: Visibility,
        /// Its data.
        data: Data,
        /// Whether the provider has to grant access before it can be used.
        needs_authorization: bool,
    },
    /// Change what is given, and leave the rest.
    Change(Change),
    /// Note what a test found.
    Note(Check),
    /// Begin to ask the provider for access.
    StartAuthorization {
        /// SHA-256 in hex of what the provider has to hand back.
        state_hash: String,
        /// Until when it may.
        expires_at: OffsetDateTime,
    },
    /// The provider has handed it back: it counts once.
    ReturnAuthorization {
        /// SHA-256 in hex of what came.
        state_hash: String,
    },
    /// The provider has granted access; the tokens are sealed.
    Authorize {
        /// What was granted, as the provider says.
        scopes: Option<String>,
        /// The version of the data key that sealed the tokens.
        key_version: i32,
        /// When access ends for good; none where it can be renewed.
        expires_at: Option<OffsetDateTime>,
    },
    /// Take it away, for good.
    Disconnect,
}

/// What is to be different; absent is as before.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The version that was seen: another one now is a conflict.
    pub expected_version: Option<u64>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Who else may see and use it.
    pub visibility: Option<Visibility>,
    /// Its data.
    pub data: Option<Data>,
}
