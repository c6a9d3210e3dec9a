//! The table as its events made it, and what it answers to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use crate::primitives::{OrganizationId, TableId};
use crate::tables::{Change, Definition, Name};

/// How many events a table has at most: each is read whenever it is used.
pub const MAX_EVENTS: u64 = 1_000;
/// How many bytes of a reason are kept.
const MAX_REASON: usize = 1_000;

/// A table, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its id; none before it was created.
    pub id: Option<TableId>,
    /// Its owner.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub name: Option<Name>,
    /// What it consists of; none before it was created and after it was dropped.
    pub definition: Option<Definition>,
    /// How many events there were.
    pub version: u64,
    /// When it was created last.
    #[serde(with = "time::serde::rfc3339::option")]
    pub created_at: Option<OffsetDateTime>,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339::option")]
    pub changed_at: Option<OffsetDateTime>,
    /// What was refused last, and why: for whoever ordered it.
    pub refused: BTreeMap<u64, String>,
    /// What the definition is made of, by sequence, since the table was created.
    made_of: BTreeMap<u64, Part>,
}

/// One step to a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Part {
    Created(Definition),
    Changed(Change),
}

impl Table {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        match order {
            Order::Create { id, organization, name, definition } => {
                if self.definition.is_some() {
                    return Err(Error::Exists);
                }
                self.room(1)?;
                let (table_id, organization_id) = (id, organization);
                Ok(vec![Event::Created { table_id, organization_id, name, definition, by, at }])
            }
            Order::Change { changes, forced, expected } => {
                let mut definition = self.present(expected)?.clone();
                self.room(changes.len())?;
                for (place, change) in changes.iter().enumerate() {
                    let applied = change.apply(&mut definition, forced);
                    applied.map_err(|why| Error::Unfit { place, why })?;
                }
                let events = changes.into_iter();
                Ok(events.map(|change| Event::of(change, by.clone(), at)).collect())
            }
            Order::Drop { expected } => {
                self.present(expected)?;
                Ok(vec![Event::Dropped { by, at }])
            }
            Order::NoteRefusal { sequence, mut reason } => {
                if self.refused.contains_key(&sequence) || sequence > self.version {
                    return Ok(Vec::new());
                }
                reason.truncate(reason.floor_char_boundary(MAX_REASON));
                Ok(vec![Event::ChangeRefused { sequence, reason, by, at }])
            }
        }
    }

    fn present(&self, expected: Option<u64>) -> Result<&Definition, Error> {
        let definition = self.definition.as_ref().ok_or(Error::Unknown)?;
        match expected.filter(|expected| *expected != self.version) {
            Some(expected) => Err(Error::Conflict { expected, actual: self.version }),
            None => Ok(definition),
        }
    }

    /// Whether there is room for events, and for as many that say that they were refused.
    fn room(&self, events: usize) -> Result<(), Error> {
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        let after = self.version.saturating_add(events.saturating_mul(2));
        if after > MAX_EVENTS { Err(Error::Full) } else { Ok(()) }
    }

    /// The definition without what was refused; what came after that stands where it still fits.
    fn standing(&self) -> Option<Definition> {
        let mut definition = None;
        for (sequence, part) in &self.made_of {
            match part {
                _ if self.refused.contains_key(sequence) => {}
                Part::Created(created) => definition = Some(created.clone()),
                Part::Changed(change) => {
                    if let Some(definition) = &mut definition {
                        // The database refuses it as well, when it comes to that.
                        let _ = change.apply(definition, true);
                    }
                }
            }
        }
        definition
    }
}

impl Aggregate for Table {
    const TYPE: &'static str = "table";
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
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.version += 1;
        self.changed_at = Some(event.at());
        if let Some(change) = event.change() {
            if let Some(definition) = &mut self.definition {
                let _ = change.apply(definition, true);
            }
            self.made_of.insert(self.version, Part::Changed(change));
            return;
        }
        match event {
            Event::Created { table_id, organization_id, name, definition, at, .. } => {
                self.made_of.insert(self.version, Part::Created(definition.clone()));
                self.id = Some(table_id);
                self.organization = Some(organization_id);
                self.name = Some(name);
                self.definition = Some(definition);
                self.created_at = Some(at);
            }
            Event::Dropped { .. } => {
                self.definition = None;
                self.made_of.clear();
            }
            Event::ChangeRefused { sequence, reason, .. } => {
                self.refused.insert(sequence, reason);
                self.definition = self.standing();
            }
            Event::ColumnAdded { .. }
            | Event::ColumnRemoved { .. }
            | Event::ColumnRenamed { .. }
            | Event::IndexAdded { .. }
            | Event::IndexRemoved { .. } => {}
        }
    }
}
