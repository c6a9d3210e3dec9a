//! From events to the workflows that they trigger: an event starts runs, and cancels those that were
//! started under a key.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Compensate, Happening, Trigger};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::reaction::{happening, is_happening};
use crate::actors::detector::{Firing, Gate};
use crate::actors::order::Context;
use crate::actors::reaction::{Mark, Part, Reaction, Trouble};
use crate::actors::run_desk::RunDesk;
use crate::journal::Recorded;
use crate::primitives::{CommandId, WorkflowId};
use crate::projections::happenings::{self, KeyedRun, Projector};
use crate::projections::{Positions, Views};
use crate::triggers::event::{EventTrigger, keys_of};
use crate::triggers::{Subscriber, Subscription, TriggerIndex};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "event-triggers";
/// How many workflows are served in one part.
const PAGE: usize = 64;
/// How many runs are cancelled between two looks at the view.
const RUNS: i64 = 100;
/// How long is waited for the index of triggers and for the view of runs to reach an event.
const PATIENCE: Duration = Duration::from_secs(5);

/// The reaction that hands events to the workflows that they trigger.
pub struct EventStarter {
    gate: Gate,
    runs: RunDesk,
    index: Arc<TriggerIndex>,
    views: Views,
    positions: Positions,
}

/// What keeps an event from being handed on.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("the index of triggers has not reached position {0}")]
    Index(i64),
    #[error("the view of runs has not reached position {0}")]
    Behind(i64),
    #[error("asking for the runs of a key")]
    View(#[source] crate::projections::Error),
    #[error("the mark {0:?} is none of this reaction")]
    Mark(String),
}

/// A workflow that the event is for.
struct Meant {
    workflow: WorkflowId,
    subscription: Arc<Subscription>,
    trigger: EventTrigger,
}

impl EventStarter {
    /// Hands events to the workflows of this index.
    pub fn new(
        (gate, runs): (Gate, RunDesk),
        index: Arc<TriggerIndex>,
        views: Views,
        positions: Positions,
    ) -> Self {
        Self { gate, runs, index, views, positions }
    }

    async fn deliver(&self, event: &Recorded, from: Option<Mark>) -> Result<Part, Trouble> {
        let Some(happening) = happening(event)? else { return Ok(Part::Last) };
        if !self.index.wait_for(event.position, PATIENCE).await {
            return Err(Trouble::Passing(Obstacle::Index(event.position).into()));
        }
        let after = from.map(|mark| read(&mark)).transpose()?;
        let meant = self.meant(event, &happening);
        let left: Vec<_> =
            meant.into_iter().filter(|it| after.is_none_or(|after| it.rank() > after)).collect();
        for meant in left.iter().take(PAGE) {
            for key in meant.trigger.cancels(&happening) {
                self.cancel(event, &happening, meant.workflow, &key).await?;
            }
            self.start(event, &happening, meant).await?;
        }
        match left.get(PAGE - 1) {
            Some(last) if left.len() > PAGE => {
                let (priority, workflow) = last.rank();
                Ok(Part::UpTo(Mark(format!("{priority} {workflow}"))))
            }
            Some(_) | None => Ok(Part::Last),
        }
    }

    /// The workflows that the event is for: by priority, then in the order in which they came into
    /// being.
    fn meant(&self, event: &Recorded, happening: &Happening) -> Vec<Meant> {
        let mut meant = BTreeMap::new();
        for key in keys_of(event.organization, happening.name()) {
            for subscription in self.index.under(&key) {
                let Subscriber::Workflow(workflow) = subscription.subscriber else { continue };
                let Ok(trigger) = EventTrigger::read(&subscription.payload) else { continue };
                meant.insert(
                    (trigger.priority(), workflow),
                    Meant { workflow, subscription, trigger },
                );
            }
        }
        meant.into_values().collect()
    }

    async fn start(
        &self,
        event: &Recorded,
        happening: &Happening,
        meant: &Meant,
    ) -> Result<(), Trouble> {
        let Some(start) = meant.trigger.start(happening) else { return Ok(()) };
        let seen = happening.seen();
        let text =
            |value: Option<&serde_json::Value>| value.and_then(|it| it.as_str()).map(str::to_owned);
        let id = text(seen.get("eventId")).unwrap_or_default();
        let correlation = text(seen.pointer("/metadata/correlationId"));
        let headers = [
            ("eventId", Some(id.clone())),
            ("correlationId", correlation.clone()),
            ("correlationKey", start.key.clone()),
        ];
        let headers = headers.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?)));
        let firing = Firing {
            organization: event.organization,
            subscriber: Subscriber::Workflow(meant.workflow),
            id: format!("event {id} {}", meant.workflow),
            trigger: Trigger {
                kind: EventTrigger::KIND.to_owned(),
                source: format!("event:{}", happening.name()),
                body: start.body,
                headers: headers.collect(),
            },
            lane: meant.subscription.lane,
            causation: Some(format!("{}#{}", event.aggregate_id, event.sequence)),
            correlation: correlation.or_else(|| start.key.clone()),
            at: event.recorded_at,
        };
        let fired = match start.key.filter(|_| start.unique) {
            None => self.gate.fire(firing).await,
            Some(key) => {
                self.see_up_to(event.position).await?;
                let (organization, before) = (event.organization, event.position);
                let workflow = meant.workflow;
                let last =
                    happenings::last_of_key(&self.views, organization, workflow, &key, before);
                let claim = match last.await.map_err(unasked)? {
                    Some(KeyedRun { run, is_over: false }) => {
                        let message = format!("run {run} goes on under the key {key}");
                        self.gate.pass_over(firing, message).await?;
                        return Ok(());
                    }
                    Some(KeyedRun { run, is_over: true }) => format!("behind {run}"),
                    None => "the first".to_owned(),
                };
                // Two events at a time see the same last run: one of them gets the claim.
                self.gate.fire_alone(firing, format!("key {workflow} {key} {claim}")).await
            }
        };
        fired.map(drop).map_err(Trouble::from)
    }

    async fn cancel(
        &self,
        event: &Recorded,
        happening: &Happening,
        workflow: WorkflowId,
        key: &str,
    ) -> Result<(), Trouble> {
        self.see_up_to(event.position).await?;
        let (organization, before) = (event.organization, event.position);
        let mut after = String::new();
        loop {
            let running = happenings::running_of_key(
                &self.views,
                organization,
                (workflow, key),
                before,
                &after,
                RUNS,
            );
            let running = running.await.map_err(unasked)?;
            for run in &running {
                let cause = format!("{NAME} {} {run}", event.position);
                let command = CommandId::derived(event.recorded_at, &cause);
                let context = Context { command, ..Context::because_of(event, NAME) };
                let reason = format!("the event {} under the key {key}", happening.name());
                match self.runs.cancel(*run, Some(reason), Compensate::Yes, context).await {
                    Ok(_) => {}
                    Err(refused) if refused.run_is_over() => {}
                    Err(refused) => return Err(refused.into()),
                }
            }
            match running.last() {
                Some(last) => after = last.to_string(),
                None => return Ok(()),
            }
        }
    }

    /// Waits until everything that began before the event is seen.
    async fn see_up_to(&self, position: i64) -> Result<(), Trouble> {
        let seen = self.positions.wait_for(Projector::NAME, position, PATIENCE).await;
        match seen.map_err(unasked)? {
            Some(_) => Ok(()),
            None => Err(Trouble::Passing(Obstacle::Behind(position).into())),
        }
    }
}

impl Meant {
    /// Its place among those that the event is for.
    const fn rank(&self) -> (i64, WorkflowId) {
        (self.trigger.priority(), self.workflow)
    }
}

/// Up to whom an event was handed on.
fn read(mark: &Mark) -> Result<(i64, WorkflowId), Trouble> {
    let parts = mark.0.split_once(' ');
    let read = parts.and_then(|(rank, id)| Some((rank.parse().ok()?, id.parse().ok()?)));
    read.ok_or_else(|| Trouble::lasting(Obstacle::Mark(mark.0.clone())))
}

fn unasked(error: crate::projections::Error) -> Trouble {
    Trouble::Passing(Obstacle::View(error).into())
}

impl Reaction for EventStarter {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        is_happening(kind, name)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        async move {
            let mut from = None;
            while let Part::UpTo(mark) = self.deliver(event, from).await? {
                from = Some(mark);
            }
            Ok(())
        }
        .boxed()
    }

    fn react_in_parts<'a>(
        &'a self,
        event: &'a Recorded,
        from: Option<Mark>,
    ) -> BoxFuture<'a, Result<Part, Trouble>> {
        self.deliver(event, from).boxed()
    }
}
