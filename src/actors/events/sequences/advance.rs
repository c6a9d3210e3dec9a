//! From events to the sequences that expect them, in the order of the ledger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::Happening;
use futures::future::BoxFuture;
use tokio::time::Instant;

use super::ends;
use crate::actors::events::reaction::{happening, is_happening};
use crate::actors::events::standing::Standing;
use crate::actors::order::Context;
use crate::actors::reaction::{Line, Reaction, Trouble, carried_out};
use crate::aggregates::event_sequences::{Sequence, Sequences};
use crate::aggregates::sequence_instance::{Command, Instance, Opening, Order};
use crate::journal::{self, Recorded, Store};
use crate::primitives::{CommandId, OrganizationId, SequenceInstanceId};
use crate::projections::{Views, sequences};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "event-sequences";
/// How many instances of an organization go on at a time, about; what would begin one more is a dead
/// letter.
const MAX_OPEN: i64 = 10_000;
/// How long it is believed how many there are: so many more may begin as come in that time.
const COUNTED_FOR: Duration = Duration::from_secs(1);
/// How many organizations' counts are remembered.
const REMEMBERED: usize = 10_000;

/// The reaction that hands events to the sequences that expect them.
pub struct SequenceReaction {
    sequences: Arc<Standing<Sequences>>,
    instances: Store<Instance>,
    views: Views,
    counted: Mutex<HashMap<OrganizationId, (Instant, i64)>>,
}

/// What keeps an event from being handed on.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("asking how many sequences go on")]
    View(#[source] crate::projections::Error),
    #[error("{MAX_OPEN} instances of sequences go on: this event would begin one more of {0}")]
    Full(String),
}

impl SequenceReaction {
    /// The name of its checkpoint: what stands behind it on the ledger was not handed on yet.
    pub(super) const CHECKPOINT: &'static str = NAME;

    /// Hands events to these sequences.
    pub fn new(
        sequences: Arc<Standing<Sequences>>,
        instances: Store<Instance>,
        views: Views,
    ) -> Self {
        Self { sequences, instances, views, counted: Mutex::default() }
    }

    async fn advance(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some(all) = self.sequences.at(event.organization, event.position).await? else {
            return Ok(());
        };
        let Some(happening) = happening(event)? else { return Ok(()) };
        // What a sequence publishes is for others: two that wait for one another would never rest.
        if event.metadata_map()?.get("actor").is_some_and(|actor| *actor == ends::actor()) {
            return Ok(());
        }
        let mut handed = Ok(());
        for (name, sequence) in &all.all {
            match self.hand_to(event, &happening, name, sequence).await {
                Ok(()) => {}
                // The others take it all the same.
                Err(full @ Trouble::Hopeless(_)) => handed = Err(full),
                Err(other @ (Trouble::Passing(_) | Trouble::Lasting(_))) => return Err(other),
            }
        }
        handed
    }

    async fn hand_to(
        &self,
        event: &Recorded,
        happening: &Happening,
        name: &str,
        sequence: &Sequence,
    ) -> Result<(), Trouble> {
        let organization = event.organization;
        for (key, begins) in sequence.keys(happening, event.recorded_at) {
            let id = SequenceInstanceId::of(organization, name, &key);
            if begins.is_some()
                && self.open(organization).await? >= MAX_OPEN
                && self.instances.load(&id.to_string()).await?.aggregate.opened.is_none()
            {
                return Err(Trouble::Hopeless(Obstacle::Full(name.to_owned()).into()));
            }
            let edition = begins.and_then(|version| {
                sequence.versions.get(&version).map(|edition| (version, edition.content.clone()))
            });
            let opening = edition.map(|(version, content)| {
                let name = name.to_owned();
                Box::new(Opening { id, organization, name, version, key, content })
            });
            let happening = Box::new(happening.clone());
            let order = Order::Take { happening, opening };
            let command = Command { by: format!("system:{NAME}"), at: event.recorded_at, order };
            // One event may go to many.
            let cause = format!("{NAME} {} {id}", event.position);
            let context = Context {
                command: CommandId::derived(event.recorded_at, &cause),
                ..Context::because_of(event, NAME)
            };
            let context = journal::Context::new(context.into_metadata());
            let taken = self.instances.execute(&id.to_string(), command, context).await;
            carried_out(taken, |refusal| Err(Trouble::lasting(refusal)))?;
        }
        Ok(())
    }

    /// How many instances of an organization go on, about.
    async fn open(&self, organization: OrganizationId) -> Result<i64, Trouble> {
        if let Some((at, count)) = self.counted().get(&organization)
            && at.elapsed() < COUNTED_FOR
        {
            return Ok(*count);
        }
        let count = sequences::open(&self.views, organization, MAX_OPEN).await;
        let count = count.map_err(|error| Trouble::Passing(Obstacle::View(error).into()))?;
        let mut counted = self.counted();
        if counted.len() >= REMEMBERED {
            counted.clear();
        }
        counted.insert(organization, (Instant::now(), count));
        Ok(count)
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, HashMap<OrganizationId, (Instant, i64)>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reaction for SequenceReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        is_happening(kind, name)
    }

    /// The events of an organization come one after the other: which came first is the question.
    fn line(&self, event: &Recorded) -> Line {
        ("organization".to_owned(), event.organization.to_string())
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(self.advance(event))
    }
}
