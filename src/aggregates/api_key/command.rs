//! What a key can be told to do.

use time::OffsetDateTime;

use super::event::Owner;
use crate::access::{KeyHash, Permissions};
use crate::primitives::OrganizationId;

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

/// What is to be done with the key.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the key into being.
    Issue {
        /// What is kept of its text.
        hash: KeyHash,
        /// The organization that it opens.
        organization: OrganizationId,
        /// Whose it is.
        owner: Owner,
        /// What people call it.
        name: String,
        /// What it opens at most; all that its owner may do when absent.
        scopes: Option<Permissions>,
        /// From when on it opens nothing any more; never when absent.
        expires_at: Option<OffsetDateTime>,
    },
    /// Let it open nothing any more.
    Revoke,
    /// Note that it was used, unless that was noted a short while ago.
    NoteUse,
}
