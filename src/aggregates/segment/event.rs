//! What happened to a segment. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, SegmentId};

/// What is in a segment, and what it was proved against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// The segment.
    pub segment_id: SegmentId,
    /// Whose runs they are.
    pub organization_id: OrganizationId,
    /// The month in which they began, as `2026_01`.
    pub month: String,
    /// Which of the organization's segments of the month, from 1.
    pub part: u32,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The size of the file.
    pub bytes: u64,
    /// How many events it has.
    pub events: u64,
    /// How many runs.
    pub runs: u64,
    /// The position of its first event.
    pub first_position: i64,
    /// That of its last.
    pub last_position: i64,
    /// The size of the signed checkpoint that each of its events was proved against.
    pub checkpoint_size: u64,
    /// The root of that checkpoint, in hexadecimal.
    pub checkpoint_root: String,
}

/// A fact of the life of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The file is durable, was read back, and each event in it is a leaf of the signed tree.
    Sealed {
        /// What is in it.
        #[serde(flatten)]
        contents: Box<Contents>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its events are not in the ledger's table any more, and are read from the file.
    Detached {
        /// The segment.
        segment_id: SegmentId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its events are given up for good, by the organization's order; their leaves stay in the tree.
    Deleted {
        /// The segment.
        segment_id: SegmentId,
        /// The SHA-256 that the file had: a copy that somebody kept can still be proved by it.
        sha256: String,
        /// How many events are gone.
        events: u64,
        /// How many runs.
        runs: u64,
        /// After how many days the organization lets its runs go.
        after_days: u32,
        /// Who settled that.
        settled_by: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 3] = ["sealed", "detached", "deleted"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sealed { .. } => "sealed",
            Self::Detached { .. } => "detached",
            Self::Deleted { .. } => "deleted",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
