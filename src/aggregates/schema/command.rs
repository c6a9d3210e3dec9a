//! What a schema can be told to do.

use engine::Json;
use time::OffsetDateTime;

use super::event::Details;
use crate::primitives::{OrganizationId, SchemaId};
use crate::schemas::{Bump, Change, Name, Version};

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

/// What is to be done with the schema. Schemas that come in were found usable before.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the schema into being with its first version.
    Register {
        /// The id it will have.
        id: SchemaId,
        /// The organization that will own it.
        organization: OrganizationId,
        /// Its name.
        name: Name,
        /// What is said of it.
        details: Details,
        /// Its first version.
        schema: Json,
        /// The number of that; 1.0.0 when absent.
        version: Option<Version>,
    },
    /// Add a version.
    Add {
        /// The version.
        schema: Json,
        /// Its number; the next one that the changes ask for when absent.
        version: Option<Version>,
        /// How it compares with what there was.
        compared: Compared,
        /// What is said of the schema from now on; as before when absent.
        details: Option<Details>,
    },
    /// Say something else of the schema.
    Describe(Details),
    /// Advise against a version, or against the schema as a whole.
    Deprecate(Option<Version>),
    /// Take that back.
    Reinstate(Option<Version>),
}

/// How a new version compares with those there are.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The record's version that it was compared at: one added since was not seen.
    pub at_version: u64,
    /// How far the number has to move on, at least.
    pub bump: Bump,
    /// What has changed since the last version.
    pub changes: Vec<Change>,
}
