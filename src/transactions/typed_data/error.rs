//! What can be wrong with a document.

use super::MAX_DOCUMENT;

/// Why a text is no document that could be signed. It says where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// More than is looked at.
    #[error("a document has at most {MAX_DOCUMENT} bytes, and this one has {0}")]
    TooLarge(usize),
    /// One of its four parts is missing, or there is a fifth.
    #[error("a document has `types`, `primaryType`, `domain` and `message`, and nothing else")]
    Parts,
    /// Something in it.
    #[error("`{at}` in the document: {problem}")]
    Place {
        /// A JSON pointer.
        at: String,
        /// What is wrong there, and what would be right.
        problem: String,
    },
    /// It could be read in two ways.
    #[error("the document could be read in two ways: write its numbers in decimals")]
    Ambiguous,
}

impl InvalidDocument {
    /// Something is wrong at this place.
    pub(super) fn at(at: &str, problem: impl Into<String>) -> Self {
        Self::Place { at: at.to_owned(), problem: problem.into() }
    }
}
