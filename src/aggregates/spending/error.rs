//! Why the spending of an organization refuses an order.

use crate::policies::limits::Refused;

/// The obstacle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A limit, or the count of reservations.
    #[error(transparent)]
    Limit(#[from] Refused),
}
