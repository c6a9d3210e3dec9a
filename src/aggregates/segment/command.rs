//! What can be done with a segment.

use time::OffsetDateTime;

use super::event::Contents;

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

/// What is to be done. Each can be ordered again by who died before it was noted: it counts once.
#[derive(Debug, Clone)]
pub enum Order {
    /// Say what is in the file, which is durable and proved.
    Seal(Box<Contents>),
    /// Say that the events are read from the file from here on.
    Detach,
    /// Delete the file for good.
    Delete {
        /// After how many days the organization lets its runs go.
        after_days: u32,
        /// Who settled that.
        settled_by: String,
    },
}
