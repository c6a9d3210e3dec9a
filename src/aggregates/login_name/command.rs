//! What can be done with an address.

use time::OffsetDateTime;

use crate::primitives::UserId;

/// Claim it for somebody.
#[derive(Debug, Clone)]
pub struct Command {
    /// For whom.
    pub user: UserId,
    /// Who was found to be nobody: a claim of theirs came to nothing, and may be taken over.
    pub nobody: Option<UserId>,
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
}
