//! What can be asked for: that an event is published.

use engine::Json;
use time::OffsetDateTime;

use crate::primitives::{EventId, OrganizationId};

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
    /// Who publishes it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}
