//! What can be said of what is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::OffsetDateTime;

use super::event::Scope;
use crate::primitives::{HoldId, OrganizationId, RunId, SegmentId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Whose runs it is about.
    pub organization: OrganizationId,
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Let runs go after so many days; none: keep them.
    Settle(Option<u32>),
    /// Let nothing of this go.
    Hold {
        /// What the hold is called from here on.
        hold: HoldId,
        /// What is held.
        scope: Scope,
        /// Why: for whoever asks later.
        reason: String,
    },
    /// Let a segment go, where its time has come and nobody holds it.
    LetGo {
        /// The segment.
        segment: SegmentId,
        /// When the month ended in which its runs began.
        ended_at: OffsetDateTime,
        /// Its runs.
        runs: Arc<BTreeSet<RunId>>,
    },
    /// Shred the personal data of a subject, where nobody holds one of its runs.
    Shred {
        /// The subject's handle.
        subject: String,
        /// Its newest key: that and all before it go.
        version: i32,
        /// The runs whose data goes.
        runs: Arc<BTreeSet<RunId>>,
        /// Why: for whoever asks later.
        reason: String,
    },
    /// Say that the keys of a subject are gone.
    Shredded {
        /// The subject's handle.
        subject: String,
    },
    /// Lift a hold.
    Lift {
        /// Which.
        hold: HoldId,
        /// Why: for whoever asks later.
        reason: String,
    },
}
