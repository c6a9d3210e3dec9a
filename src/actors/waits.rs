//! Waits of runs for what is done elsewhere, as those see them who do it: one begins, and it ends before that
//! is done.

use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::{Fact, Json};
use time::OffsetDateTime;

use super::reaction::Trouble;
use crate::aggregates::run::Run;
use crate::journal::Recorded;
use crate::primitives::RunId;

/// What happened to a wait.
pub(super) struct Wait {
    /// Of which run.
    pub(super) run: RunId,
    /// Of which of its nodes.
    pub(super) node: String,
    /// What kind of node that is.
    pub(super) kind: Arc<str>,
    /// When.
    pub(super) at: OffsetDateTime,
    /// What.
    pub(super) turn: Turn,
}

/// A turn of a wait.
pub(super) enum Turn {
    /// It began.
    Opened {
        /// What the node wants.
        input: Json,
        /// Until when it waits.
        until: OffsetDateTime,
    },
    /// Its time is over.
    TimedOut,
    /// Its run has ended.
    RunEnded,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
#[error("the stream {0} has no id of its kind")]
struct NoRun(String);

impl Wait {
    /// Whether an event may be one of a wait: asked of every event, without reading it.
    pub(super) fn may_be(kind: &str, name: &str) -> bool {
        kind == Run::TYPE && matches!(name, "wait_opened" | "wait_timed_out" | "node_cancelled")
    }

    /// What an event of a run says of a wait of these kinds; nothing where it says nothing of one.
    pub(super) fn of(
        event: &Recorded,
        is_one: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>, Trouble> {
        let no_run = |_| Trouble::lasting(NoRun(event.aggregate_id.clone()));
        let run = event.aggregate_id.parse().map_err(no_run)?;
        let (node, kind, at, turn) = match event.fact()?.0 {
            Fact::WaitOpened { node, kind, input, due_at: until, at } if is_one(&kind) => {
                (node, kind, at, Turn::Opened { input, until })
            }
            Fact::WaitTimedOut { node, kind: Some(kind), at } if is_one(&kind) => {
                (node, kind, at, Turn::TimedOut)
            }
            Fact::NodeCancelled { node, kind: Some(kind), at } if is_one(&kind) => {
                (node, kind, at, Turn::RunEnded)
            }
            Fact::Started { .. }
            | Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::NodeSucceeded { .. }
            | Fact::NodeFailed { .. }
            | Fact::RetryScheduled { .. }
            | Fact::NodeSkipped { .. }
            | Fact::DelayStarted { .. }
            | Fact::WaitOpened { .. }
            | Fact::WaitMarked { .. }
            | Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::NodeCancelled { .. }
            | Fact::FailureHandled { .. }
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Failed { .. }
            | Fact::Cancelled { .. } => return Ok(None),
        };
        Ok(Some(Self { run, node: node.to_string(), kind, at, turn }))
    }
}
