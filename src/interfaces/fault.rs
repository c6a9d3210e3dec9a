//! What is wrong, and where.

/// Something wrong with an interface or an answer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer of the place.
    pub path: String,
    /// What is wrong, and what helps.
    pub message: String,
}

impl Fault {
    /// This at that place.
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}
