//! What can be ordered about a story.

use engine::Happening;
use time::OffsetDateTime;

use crate::aggregates::event_sequences::Content;
use crate::primitives::{EventId, OrganizationId, SequenceInstanceId};
use crate::schemas::Version;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given; of an event, when it was recorded.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What a story begins with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its id.
    pub id: SequenceInstanceId,
    /// Whose events it follows.
    pub organization: OrganizationId,
    /// The name of its sequence.
    pub name: String,
    /// The version by which it is followed to its end.
    pub version: Version,
    /// What tells it from other stories.
    pub key: String,
    /// What the version says.
    pub content: Content,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Take an event, and begin with it where none came before.
    Take {
        /// The event.
        happening: Box<Happening>,
        /// What it may begin; nothing when stories of that key begin no more.
        opening: Option<Box<Opening>>,
    },
    /// Fail if the time is over.
    Expire,
    /// Go on after a failure.
    Retry,
    /// Give it up.
    Abandon {
        /// Why, in the words of the one who does.
        reason: Option<String>,
    },
    /// Note which events were published to undo it.
    NoteCompensation {
        /// Which.
        events: Vec<EventId>,
    },
}
