//! Why the keys refuse an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// This key was there before.
    #[error("this key was used before")]
    Used,
}
