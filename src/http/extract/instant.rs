//! Instants in query parameters.

use serde::Deserialize;
use time::OffsetDateTime;

/// An instant in RFC 3339, such as `2026-01-31T12:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Instant(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Instant {
    /// The instant.
    pub const fn get(self) -> OffsetDateTime {
        self.0
    }
}
