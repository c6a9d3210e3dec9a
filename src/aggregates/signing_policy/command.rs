//! What the policies of an organization can be told.

use time::OffsetDateTime;

use crate::policies::{Document, Mode};
use crate::primitives::OrganizationId;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// For whom.
    pub organization: OrganizationId,
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Define a policy, or a new version of it.
    Define {
        /// Its name.
        name: String,
        /// What it says.
        document: Box<Document>,
        /// How it is applied; as before where nothing is said, and enforced where it is new.
        mode: Option<Mode>,
    },
    /// Apply a policy in another way.
    Apply {
        /// Its name.
        name: String,
        /// How.
        mode: Mode,
    },
    /// Remove a policy.
    Remove {
        /// Its name.
        name: String,
    },
    /// Withdraw the change of a policy that waits.
    Withdraw {
        /// Its name.
        name: String,
    },
    /// Let changes that loosen wait so long.
    Delay {
        /// How many seconds.
        seconds: u32,
    },
}
