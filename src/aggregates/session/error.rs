//! Why a session refuses an order.

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such session.
    #[error("there is no such session")]
    Unknown,
    /// It exists already.
    #[error("this session was opened before")]
    Exists,
    /// It is over.
    #[error("the session is over: log in again")]
    Over,
    /// This was never a secret of it.
    #[error("this refresh token does not belong to the session")]
    Foreign,
    /// The ticket was used.
    #[error("this ticket was used, or is over: get another")]
    TicketUsed,
}
