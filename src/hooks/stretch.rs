//! Stretches of the ledger that are put down for one endpoint when it has room.

use crate::primitives::{ExecutionHookId, OrganizationId};

/// A stretch of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its id: where it began, and why.
    pub id: String,
    /// Of whose runs the endpoint is told.
    pub organization: OrganizationId,
    /// The endpoint.
    pub endpoint: ExecutionHookId,
    /// Up to here it was put down.
    pub position: i64,
    /// Where it ends; none while the endpoint is too slow for the feed, which it meets at its end.
    pub until: Option<i64>,
    /// Whether what was sent already is sent again.
    pub is_replay: bool,
}

impl Stretch {
    /// What an endpoint was too slow for, from behind this position on.
    pub fn too_slow(
        endpoint: ExecutionHookId,
        organization: OrganizationId,
        position: i64,
    ) -> Self {
        let id = format!("{endpoint} from {position}");
        Self { id, organization, endpoint, position, until: None, is_replay: false }
    }

    /// What somebody wants sent again, by the event at this position.
    pub fn again(
        endpoint: ExecutionHookId,
        organization: OrganizationId,
        (from, to): (i64, i64),
        ordered_at: i64,
    ) -> Self {
        let id = format!("{endpoint} again by {ordered_at}");
        let until = Some(to.min(ordered_at));
        let position = from.saturating_sub(1);
        Self { id, organization, endpoint, position, until, is_replay: true }
    }
}
