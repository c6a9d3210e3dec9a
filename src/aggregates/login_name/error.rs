//! Why an address refuses an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is somebody else's.
    #[error("somebody with this email address is registered already")]
    Taken,
}
