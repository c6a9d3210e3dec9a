//! What is wrong with a test, where, and what mends it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing that keeps a test from being played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// JSON pointer in the test definition; empty for the definition as a whole.
    pub path: String,
    /// What is wrong and what mends it.
    pub message: String,
}

impl Problem {
    /// A problem at that place.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}
