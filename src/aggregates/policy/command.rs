//! What a policy can be told.

use time::OffsetDateTime;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to hold.
    pub order: Order,
}

/// What is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Drafts are published only when somebody else has approved them.
    RequireReview,
    /// Drafts are published by whoever may publish.
    WaiveReview,
    /// Events are published only under a definition.
    RequireDefinitions,
    /// Events of any name are published.
    WaiveDefinitions,
}
