//! From what runs of a workflow came to, to its automatic triggers: they stop when its runs are used
//! up, when too many fail in a row, and when an action that it needs is not performed any more.

use std::time::Duration;

use cqrs_es::Aggregate;
use engine::Fact;
use futures::future::BoxFuture;

use super::exhaustion::settled;
use super::order::Context;
use super::reaction::{Reaction, Trouble, carried_out};
use crate::aggregates::run::Run;
use crate::aggregates::workflow::{Command, Order, PauseReason, Status, Workflow};
use crate::journal::{self, Journal, Recorded, Store, StreamId};
use crate::primitives::{Clock, WorkflowId};
use crate::projections::run_history::{Projector, RunHistory};
use crate::projections::{self, Positions, Views};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "safety";
/// What the first event of a run of a workflow with a limit has in its metadata.
const ALLOTMENT: &str = "allotment";
/// The code of a failure because no server performs such an action any more.
const UNKNOWN_ACTION: &str = "unknown_action";
/// How long is waited for the view of runs to reach an event; then it is tried again later.
const PATIENCE: Duration = Duration::from_secs(5);

/// The reaction that pauses workflows that should not go on by themselves.
pub struct Safety {
    journal: Journal,
    workflows: Store<Workflow>,
    runs: RunHistory,
    positions: Positions,
    clock: std::sync::Arc<dyn Clock>,
}

/// What keeps a failure from being judged.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("the view of runs is behind: it has not reached position {0}")]
    Behind(i64),
    #[error("asking what became of the last runs")]
    View(#[source] projections::Error),
    #[error("{0:?} names no allotment of a workflow")]
    Allotment(String),
    #[error("the ledger of {0} does not begin with its start")]
    Beginning(String),
}

impl Safety {
    /// Pauses the workflows of this ledger.
    pub fn new(
        journal: Journal,
        views: Views,
        positions: Positions,
        clock: std::sync::Arc<dyn Clock>,
    ) -> Self {
        Self {
            workflows: Store::workflows(journal.clone()),
            runs: RunHistory::new(views, positions.clone()),
            journal,
            positions,
            clock,
        }
    }

    /// A run was taken from an allotment: perhaps it was the last one.
    async fn count(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some(named) = event.metadata_map()?.remove(ALLOTMENT) else { return Ok(()) };
        let parsed = named.split_once('#').and_then(|(workflow, since)| {
            Some((workflow.parse::<WorkflowId>().ok()?, since.parse::<u64>().ok()?))
        });
        let (workflow, since) =
            parsed.ok_or_else(|| Trouble::lasting(Obstacle::Allotment(named)))?;
        let Some(used) = self.journal.allowance_used(workflow).await? else { return Ok(()) };
        if u64::try_from(used.allotment) != Ok(since) {
            return Ok(());
        }
        let used = u64::try_from(used.runs).unwrap_or_default();
        self.order(event, workflow, Order::PauseWhenUsedUp { since, used }).await
    }

    /// A run failed: perhaps it was one too many.
    async fn judge(&self, event: &Recorded) -> Result<(), Trouble> {
        let Fact::Failed { failure, .. } = event.fact()?.0 else { return Ok(()) };
        let (workflow, version) = self.workflow_of(event).await?;
        if workflow == WorkflowId::NONE {
            return Ok(());
        }
        let state = self.workflows.load(&workflow.to_string()).await?.aggregate;
        if state.status != Status::Active {
            return Ok(());
        }
        if failure.code == UNKNOWN_ACTION && state.live == Some(version) {
            let reason = PauseReason::DisabledAction;
            return self.order(event, workflow, Order::Pause { reason }).await;
        }
        let wanted = state.limits.pause_after_failures;
        let (Some(since), true) = (state.watched_since, wanted > 0) else { return Ok(()) };
        let view = |error| Trouble::Passing(Obstacle::View(error).into());
        let seen = self.positions.wait_for(Projector::NAME, event.position, PATIENCE).await;
        if seen.map_err(view)?.is_none() {
            return Err(Trouble::Passing(Obstacle::Behind(event.position).into()));
        }
        let ended = self.runs.last_ends(event.organization, workflow, since, wanted).await;
        let failed = ended.map_err(view)?;
        let failed = failed.iter().take_while(|status| *status == "failure").count();
        if u32::try_from(failed) == Ok(wanted) {
            let reason = PauseReason::ConsecutiveFailures;
            return self.order(event, workflow, Order::Pause { reason }).await;
        }
        Ok(())
    }

    async fn workflow_of(&self, event: &Recorded) -> Result<(WorkflowId, u32), Trouble> {
        let unknown = || Trouble::lasting(Obstacle::Beginning(event.aggregate_id.clone()));
        let stream = StreamId::new(Run::TYPE, event.aggregate_id.clone());
        let first = self.journal.read_stream(&stream, 0, 1).await?;
        let Fact::Started { workflow, .. } = first.first().ok_or_else(unknown)?.fact()?.0 else {
            return Err(unknown());
        };
        Ok((workflow.id.parse().map_err(|_| unknown())?, workflow.version))
    }

    /// Gives an order once: a workflow that was resumed since is left alone when the event comes
    /// again.
    async fn order(
        &self,
        event: &Recorded,
        workflow: WorkflowId,
        order: Order,
    ) -> Result<(), Trouble> {
        let context = Context::because_of(event, NAME);
        let stream = StreamId::workflow(workflow);
        if self.journal.sequence_of(&stream, context.command).await?.is_some() {
            return Ok(());
        }
        let command = Command { by: context.actor.clone(), at: self.clock.now(), order };
        let context = journal::Context::new(context.into_metadata());
        carried_out(self.workflows.execute(&stream.aggregate_id, command, context).await, settled)
    }
}

impl Reaction for Safety {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        kind == Run::TYPE && matches!(name, "started" | "failed")
    }

    fn wants(&self, event: &Recorded) -> bool {
        event.event_type != "started" || event.metadata.contains(ALLOTMENT)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.event_type == "started" {
                self.count(event).await
            } else {
                self.judge(event).await
            }
        })
    }
}
