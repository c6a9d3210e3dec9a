//! What a document can be told to do.

use time::OffsetDateTime;

use super::content::Content;
use crate::primitives::{DocumentId, OrganizationId};

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

/// What is to be done with the document.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring it into being.
    Add {
        /// The id it will have.
        id: DocumentId,
        /// The organization that will own it.
        organization: OrganizationId,
        /// What it says.
        content: Content,
    },
    /// Let it say something else.
    Revise {
        /// What it says from now on.
        content: Content,
        /// The version that it must have.
        expected: Option<u64>,
    },
    /// Forget it; its versions stay on the ledger.
    Remove {
        /// The version that it must have.
        expected: Option<u64>,
    },
}
