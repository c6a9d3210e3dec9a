//! Why a segment refuses an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing is known of it.
    #[error("there is no such segment")]
    Unknown,
    /// Another file was sealed under this name.
    #[error("the segment was sealed with other contents")]
    Other,
    /// Its events are in the database still.
    #[error("the events of the segment are read from the database still")]
    Attached,
    /// It is gone.
    #[error("the segment was deleted")]
    Deleted,
}
