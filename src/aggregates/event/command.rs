//! What can be asked for: that an event is published.

use engine::Json;
use time::OffsetDateTime;

use super::event::Metadata;
use super::source_type::SourceType;
use crate::primitives::{EventId, OrganizationId};
use crate::schemas::Version;

/// Publish an event.
#[derive(Debug, Clone)]
pub struct Command {
    /// The id it will have.
    pub id: EventId,
    /// The organization whose runs may wait for it.
    pub organization: OrganizationId,
    /// Its name, as `order.paid`.
    pub name: String,
    /// What it says.
    pub payload: Json,
    /// Where it comes from, in the words of who publishes it.
    pub source: Option<String>,
    /// What kind of source that is.
    pub source_type: SourceType,
    /// The id that it has for its sender.
    pub sender_id: Option<String>,
    /// When it happened, in the words of its sender.
    pub occurred_at: Option<OffsetDateTime>,
    /// What is said about it.
    pub metadata: Metadata,
    /// The version of its definition that it was held against.
    pub version: Option<Version>,
    /// Who publishes it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}
