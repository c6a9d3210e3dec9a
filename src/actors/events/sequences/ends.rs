//! From the ends of sequences to the events that tell of them, and to those that undo what was done.
//! Each has an id that follows from the end: whatever dies in between, it is published once.

use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::{Json, fill};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::actors::events::reaction::happening;
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble, carried_out};
use crate::aggregates::event::{self, Metadata, Publication, SourceType};
use crate::aggregates::event_sequences::RollbackKind;
use crate::aggregates::sequence_instance::{
    self, Command, Event, Instance, Opened, Order, Reason, Status,
};
use crate::journal::{self, Journal, Recorded, Store, StreamId};
use crate::primitives::{CommandId, EventId};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "sequence-ends";

/// The reaction that publishes what the ends of sequences lead to.
pub struct SequenceEnds {
    journal: Journal,
    instances: Store<Instance>,
    events: Store<Publication>,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
enum Odd {
    #[error("sequence {0} ended before it began")]
    Order(String),
    #[error("the event {0} of a sequence is not on the ledger")]
    Gone(String),
    #[error("the payload of {event} has no value at {path:?}: {message}")]
    Template { event: String, path: String, message: String },
}

/// The actor of what is published.
pub(super) fn actor() -> String {
    format!("system:{NAME}")
}

impl SequenceEnds {
    /// Publishes for the sequences of this ledger.
    pub fn new(journal: Journal) -> Self {
        let instances = Store::sequence_instances(journal.clone());
        let events = Store::events(journal.clone());
        Self { journal, instances, events }
    }

    async fn tell(&self, event: &Recorded) -> Result<(), Trouble> {
        let (status, failure) = match event.sequence_instance()? {
            Event::Completed { .. } => (Status::Completed, None),
            Event::Abandoned { .. } => (Status::Abandoned, None),
            Event::Failed { for_good: true, reason, .. } => (Status::Failed, Some(reason)),
            Event::Failed { for_good: false, .. }
            | Event::Opened(_)
            | Event::Held(_)
            | Event::Processed(_)
            | Event::Retried { .. }
            | Event::Compensated { .. } => return Ok(()),
        };
        let instance = self.instances.load(&event.aggregate_id).await?.aggregate;
        let opened = instance.opened.clone();
        let opened =
            opened.ok_or_else(|| Trouble::lasting(Odd::Order(event.aggregate_id.clone())))?;
        let summary = summary(&opened, &instance, (status, failure));
        let undoes = opened.content.rollback_strategy.kind == RollbackKind::CompensatingEvents;
        if status == Status::Failed && undoes {
            self.undo(event, &opened, &instance, &summary).await?;
        }
        let name = format!("sequence.{}.{}", opened.name, status.name());
        self.publish(event, &opened, ("end", name, Arc::new(summary))).await.map(drop)
    }

    /// Publishes what undoes it, and notes that.
    async fn undo(
        &self,
        event: &Recorded,
        opened: &Opened,
        instance: &Instance,
        summary: &Value,
    ) -> Result<(), Trouble> {
        let mut came = Vec::new();
        for step in &instance.steps {
            came.push(match &step.served {
                Some(served) => self.seen(&served.event_id).await?,
                None => Value::Null,
            });
        }
        let body = Arc::new(json!({ "sequence": summary, "events": came }));
        let mut payloads = Vec::new();
        // All of them have a value before the first is published.
        for undoing in &opened.content.rollback_strategy.compensating_events {
            let filled = fill(&undoing.payload_template, &body).map_err(|problem| {
                let event = undoing.event_id.clone();
                let (path, message) = (problem.path, problem.message);
                Trouble::lasting(Odd::Template { event, path, message })
            })?;
            payloads.push((undoing.event_id.clone(), filled));
        }
        let mut events = Vec::new();
        for (place, (name, payload)) in payloads.into_iter().enumerate() {
            let what = format!("undo {place}");
            events.push(self.publish(event, opened, (&what, name, payload)).await?);
        }
        let order = Order::NoteCompensation { events };
        let command = Command { by: actor(), at: event.recorded_at, order };
        let context = journal::Context::new(Context::because_of(event, NAME).into_metadata());
        let noted = self.instances.execute(&event.aggregate_id, command, context).await;
        carried_out(noted, |refusal: sequence_instance::Error| Err(Trouble::lasting(refusal)))
    }

    /// An event that came for a step, as waits see it.
    async fn seen(&self, id: &str) -> Result<Value, Trouble> {
        let gone = || Trouble::lasting(Odd::Gone(id.to_owned()));
        let (stream, before) = match id.split_once('#') {
            Some((run, sequence)) => {
                let sequence: i64 = sequence.parse().map_err(|_| gone())?;
                (StreamId::run(run.parse().map_err(|_| gone())?), sequence - 1)
            }
            None => (StreamId::event(id.parse().map_err(|_| gone())?), 0),
        };
        let page = self.journal.read_stream(&stream, before, 1).await?;
        let found = happening(page.first().ok_or_else(gone)?)?.ok_or_else(gone)?;
        Ok(found.seen().as_ref().clone())
    }

    /// Publishes an event because of an end, once. As what runs emit, it is held against no
    /// definition: it is a consequence of what was done.
    async fn publish(
        &self,
        event: &Recorded,
        opened: &Opened,
        (what, name, payload): (&str, String, Json),
    ) -> Result<EventId, Trouble> {
        let cause = format!("{NAME} {} {what}", event.position);
        let id = EventId::derived(event.recorded_at, &cause);
        let metadata = Metadata {
            correlation_id: Some(opened.key.clone()),
            causation_id: Some(format!("{}#{}", event.aggregate_id, event.sequence)),
            ..Metadata::default()
        };
        let command = event::Command {
            id,
            organization: event.organization,
            name,
            payload,
            source: Some(event.aggregate_id.clone()),
            source_type: SourceType::System,
            sender_id: None,
            occurred_at: None,
            metadata,
            version: None,
            by: actor(),
            at: event.recorded_at,
        };
        let context = Context {
            command: CommandId::derived(event.recorded_at, &cause),
            ..Context::because_of(event, NAME)
        };
        let context = journal::Context::new(context.into_metadata());
        carried_out(self.events.execute(&id.to_string(), command, context).await, |refusal| {
            match refusal {
                event::Error::Exists => Ok(()),
                event::Error::Name
                | event::Error::TooLarge
                | event::Error::SenderId
                | event::Error::Metadata
                | event::Error::Source { .. } => Err(Trouble::lasting(refusal)),
            }
        })?;
        Ok(id)
    }
}

/// What is told of a sequence at its end.
fn summary(
    opened: &Opened,
    instance: &Instance,
    (status, failure): (Status, Option<Reason>),
) -> Value {
    let steps = opened.content.events.iter().zip(&instance.steps);
    let events: Vec<Value> = steps
        .map(|(step, it)| {
            json!({
                "eventId": step.event_id,
                "order": step.order,
                "status": it.status.name(),
                "servedBy": it.served.as_ref().map(|served| &served.event_id),
            })
        })
        .collect();
    json!({
        "instanceId": opened.instance_id,
        "name": opened.name,
        "version": opened.version,
        "key": opened.key,
        "status": status.name(),
        "failure": failure.map(Reason::name),
        "attempts": instance.attempts,
        "events": events,
    })
}

impl Reaction for SequenceEnds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        kind == Instance::TYPE && matches!(name, "completed" | "failed" | "abandoned")
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(self.tell(event))
    }
}
