//! Where an entry is: whose it is, in which store, under which key.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Error;
use crate::primitives::{EntryId, OrganizationId, WorkflowId};

/// The store of those who name none.
pub const DEFAULT_STORE: &str = "default";

/// How many bytes a key may have: a name or a path, and still a part of an index.
pub const MAX_KEY_BYTES: usize = 256;

/// How many bytes the name of a store may have.
pub const MAX_STORE_BYTES: usize = 64;

/// Who sees an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All workflows of the organization, and its people.
    Organization,
    /// The runs of one workflow.
    Workflow(WorkflowId),
}

/// Where an entry is within its organization.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The workflow whose entry it is; absent for those of the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workflow_id: Option<WorkflowId>,
    store: String,
    key: String,
}

impl Place {
    /// A place whose names can be kept.
    pub fn new(scope: Scope, store: &str, key: &str) -> Result<Self, Error> {
        Ok(Self {
            workflow_id: match scope {
                Scope::Organization => None,
                Scope::Workflow(workflow) => Some(workflow),
            },
            store: Self::store_named(store)?.to_owned(),
            key: Self::key_named(key)?.to_owned(),
        })
    }

    /// The name of a store, if it can be one.
    pub fn store_named(store: &str) -> Result<&str, Error> {
        let lettered =
            store.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if lettered && (1..=MAX_STORE_BYTES).contains(&store.len()) {
            Ok(store)
        } else {
            Err(Error::Store)
        }
    }

    /// A key, if it can be one.
    pub fn key_named(key: &str) -> Result<&str, Error> {
        if (1..=MAX_KEY_BYTES).contains(&key.len()) && !key.chars().any(char::is_control) {
            Ok(key)
        } else {
            Err(Error::Key)
        }
    }

    /// Who sees it.
    pub fn scope(&self) -> Scope {
        self.workflow_id.map_or(Scope::Organization, Scope::Workflow)
    }

    /// The store.
    pub fn store(&self) -> &str {
        &self.store
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The id of the entry that an organization has there: the same for ever.
    pub fn entry(&self, organization: OrganizationId) -> EntryId {
        let workflow = self.workflow_id.map(|workflow| workflow.to_string()).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [&organization.to_string(), &workflow, &self.store, &self.key] {
            // With its length before it, no part can pass for another.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        EntryId::from_uuid(Uuid::from_bytes(bytes))
    }
}
