//! From used-up compute units to the workflows of the organization: their automatic triggers stop.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use futures::future::BoxFuture;

use super::order::Context;
use super::reaction::{Mark, Part, Reaction, Trouble, carried_out};
use crate::aggregates::account::{Account, Event};
use crate::aggregates::workflow::{self, Command, Order, PauseReason, Workflow};
use crate::journal::{self, Journal, Recorded, Store, StreamId};
use crate::primitives::{CommandId, WorkflowId};
use crate::triggers::TriggerIndex;

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "exhaustion";
/// How many workflows are paused in one part.
const PAGE: usize = 100;
/// How long is waited for the index of workflows to reach an event; then it is tried again later.
const PATIENCE: Duration = Duration::from_secs(5);

/// The reaction that pauses workflows whose organization has no compute units left.
///
/// They stay paused until somebody resumes them: who pays looks first at what used the units.
pub struct Exhaustion {
    journal: Journal,
    workflows: Store<Workflow>,
    index: Arc<TriggerIndex>,
}

/// What keeps workflows from being paused.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("the index of workflows is behind: it has not reached position {0}")]
    Behind(i64),
    #[error("the mark {0:?} is none of this reaction")]
    Mark(String),
}

impl Exhaustion {
    /// Pauses the workflows that this index knows.
    pub fn new(journal: Journal, index: Arc<TriggerIndex>) -> Self {
        Self { workflows: Store::workflows(journal.clone()), journal, index }
    }

    async fn pause_a_page(&self, event: &Recorded, from: Option<Mark>) -> Result<Part, Trouble> {
        let Event::Exhausted { at, .. } = event.account()? else { return Ok(Part::Last) };
        let after = match from {
            None => {
                if !self.index.wait_for(event.position, PATIENCE).await {
                    return Err(Trouble::Passing(Obstacle::Behind(event.position).into()));
                }
                None
            }
            Some(Mark(text)) => {
                let mark = text.parse::<WorkflowId>();
                Some(mark.map_err(|_| Trouble::lasting(Obstacle::Mark(text)))?)
            }
        };
        let page = self.index.started_by_triggers(event.organization, after, PAGE);
        for workflow in &page {
            self.pause(event, *workflow, at).await?;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => Ok(Part::UpTo(Mark(last.to_string()))),
            Some(_) | None => Ok(Part::Last),
        }
    }

    /// Pauses a workflow once: one that somebody has resumed since is left alone when the event
    /// comes again.
    async fn pause(
        &self,
        event: &Recorded,
        workflow: WorkflowId,
        at: time::OffsetDateTime,
    ) -> Result<(), Trouble> {
        let command =
            CommandId::derived(event.recorded_at, &format!("{NAME} {} {workflow}", event.position));
        let stream = StreamId::workflow(workflow);
        if self.journal.sequence_of(&stream, command).await?.is_some() {
            return Ok(());
        }
        let context = Context { command, ..Context::because_of(event, NAME) };
        let order = Order::Pause { reason: PauseReason::CuExhausted };
        let order = Command { by: context.actor.clone(), at, order };
        let context = journal::Context::new(context.into_metadata());
        carried_out(self.workflows.execute(&stream.aggregate_id, order, context).await, settled)
    }
}

/// What is paused or gone already has what it needs.
pub(super) fn settled(refusal: workflow::Error) -> Result<(), Trouble> {
    match refusal {
        workflow::Error::Unknown
        | workflow::Error::Archived
        | workflow::Error::NotLive
        | workflow::Error::AlreadyPaused => Ok(()),
        workflow::Error::Exists
        | workflow::Error::Conflict { .. }
        | workflow::Error::NoDraft
        | workflow::Error::OnlyDraft
        | workflow::Error::NotPaused
        | workflow::Error::NoSuchVersion(_)
        | workflow::Error::NoLimit
        | workflow::Error::Unreviewed(_)
        | workflow::Error::StillUsedUp
        | workflow::Error::Unapproved
        | workflow::Error::NoReview
        | workflow::Error::UnderReview
        | workflow::Error::Judged
        | workflow::Error::AnotherDraft
        | workflow::Error::OwnDraft
        | workflow::Error::Comments(_)
        | workflow::Error::Text { .. }
        | workflow::Error::Limit { .. }
        | workflow::Error::Tag { .. }
        | workflow::Error::Tags { .. }
        | workflow::Error::LiveAlready(_)
        | workflow::Error::Name { .. } => Err(Trouble::lasting(refusal)),
    }
}

impl Reaction for Exhaustion {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        kind == Account::TYPE && name == "exhausted"
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let mut from = None;
            while let Part::UpTo(mark) = self.pause_a_page(event, from).await? {
                from = Some(mark);
            }
            Ok(())
        })
    }

    fn react_in_parts<'a>(
        &'a self,
        event: &'a Recorded,
        from: Option<Mark>,
    ) -> BoxFuture<'a, Result<Part, Trouble>> {
        Box::pin(self.pause_a_page(event, from))
    }
}
