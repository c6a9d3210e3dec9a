//! Why a sale refuses an order.

/// The obstacle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The authorization was presented before.
    #[error("this authorization to pay was presented before")]
    Reserved,
    /// Nothing was presented.
    #[error("there is no such sale")]
    Unknown,
    /// It stands elsewhere.
    #[error("the sale does not stand where this is its next step")]
    OutOfPlace,
}
