//! Why a delivery is not believed. The sender is never told: the texts are for its receiver.

/// Why a delivery is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The header that should hold the signature, its time or the delivery's name is not there.
    #[error("the header `{0}` is missing")]
    Missing(String),
    /// It is there more than once, so that nobody can say which one counts.
    #[error("the header `{0}` occurs more than once")]
    Repeated(String),
    /// It does not have the form of the scheme.
    #[error("the header `{0}` does not have the form of this scheme")]
    Malformed(String),
    /// It was signed too long ago: somebody may be sending again what was sent before.
    #[error("it was signed {seconds} s ago, and {tolerance} s are tolerated")]
    Old {
        /// How long ago.
        seconds: i64,
        /// How long ago it may be.
        tolerance: u32,
    },
    /// It was signed in the future.
    #[error("it was signed {seconds} s in the future, and {tolerance} s are tolerated")]
    Early {
        /// How far.
        seconds: i64,
        /// How far it may be.
        tolerance: u32,
    },
    /// No secret makes this signature of these bytes.
    #[error("the signature is not that of the bytes that came")]
    Wrong,
    /// There is no secret that could make a signature.
    #[error("the connector holds no secret that this scheme can use")]
    NoSecret,
}
