//! The entry as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{Json, within_limits};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;

/// An entry. Its last event says all of it, so that it is never folded from more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// How many events there were.
    sequence: u64,
    kept: Option<Kept>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    value: Json,
    changed: Changed,
}

/// Who changed an entry last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Who did it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Entry {
    /// The entry after its event of that sequence.
    pub fn after(sequence: u64, event: Event) -> Self {
        let kept = match event {
            Event::Set { value, by, at, .. } => Some(Kept { value, changed: Changed { by, at } }),
            Event::Removed { .. } => None,
        };
        Self { sequence, kept }
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&Json> {
        self.kept.as_ref().map(|kept| &kept.value)
    }

    /// Who changed it last, if there is a value.
    pub fn changed(&self) -> Option<&Changed> {
        self.kept.as_ref().map(|kept| &kept.changed)
    }

    /// The version that a change can expect: the sequence of the last event, or 0 when there is no
    /// value. A version is never used twice, not even after a removal.
    pub const fn version(&self) -> u64 {
        if self.kept.is_some() { self.sequence } else { 0 }
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Error> {
        let Command { place, by, at, effect, order } = command;
        if let Some(expected) = order.expected().filter(|expected| *expected != self.version()) {
            return Err(Error::Conflict { expected, actual: self.version() });
        }
        match order {
            Order::Set { value, .. } => {
                within_limits(&value).map_err(Error::Value)?;
                Ok(Some(Event::Set { place, value, by, effect, at }))
            }
            Order::Remove { .. } if self.kept.is_none() => Ok(None),
            Order::Remove { .. } => Ok(Some(Event::Removed { place, by, effect, at })),
        }
    }
}

impl Aggregate for Entry {
    const TYPE: &'static str = "entry";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        *self = Self::after(self.sequence + 1, event);
    }
}
