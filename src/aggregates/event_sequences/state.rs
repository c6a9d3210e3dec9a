//! The sequences as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{Happening, is_event_name};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::content::Content;
use super::error::Error;
use super::event::Event;
use crate::schemas::Version;

/// How many sequences an organization has at most: each event is held against all of them.
pub const MAX_SEQUENCES: usize = 50;
/// How many versions a sequence has at most.
pub const MAX_VERSIONS: usize = 20;
/// How long a name may be, in bytes: the events about its stories have longer ones.
pub(super) const MAX_NAME: usize = 64;

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// What it says.
    pub content: Content,
    /// Who added it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One sequence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its versions. Stories begin by the last one, and stay with it.
    pub versions: BTreeMap<Version, Edition>,
    /// Whether none begins any more.
    pub retired: bool,
}

impl Sequence {
    /// The version by which stories begin.
    pub fn last(&self) -> Option<(Version, &Edition)> {
        self.versions.last_key_value().map(|(version, edition)| (*version, edition))
    }

    /// The keys of the stories that an event may belong to, each with the version by which it may
    /// begin one. There is more than one only where versions have other keys.
    pub fn keys(
        &self,
        happening: &Happening,
        at: OffsetDateTime,
    ) -> Vec<(String, Option<Version>)> {
        let last = self.versions.last_key_value().map(|(version, _)| *version);
        let mut keys: Vec<(String, Option<Version>)> = Vec::new();
        for (version, edition) in self.versions.iter().rev() {
            let Some(key) = edition.content.key(happening) else { continue };
            if keys.iter().all(|(known, _)| *known != key) {
                let begins = Some(*version) == last && !self.retired && at >= edition.at;
                keys.push((key, begins.then_some(*version)));
            }
        }
        keys
    }
}

/// The sequences of an organization, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sequences {
    /// By their names.
    pub all: BTreeMap<String, Sequence>,
}

impl Sequences {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Error> {
        let Command { by, at, name, order } = command;
        let known = self.all.get(&name);
        match order {
            Order::Define { organization, version, content } => {
                if name.len() > MAX_NAME || !is_event_name(&name) {
                    return Err(Error::Name);
                }
                let last = known.and_then(Sequence::last).map(|(last, _)| last);
                match (known, last) {
                    (None, _) if self.all.len() >= MAX_SEQUENCES => return Err(Error::Full),
                    (Some(known), _) if known.versions.contains_key(&version) => {
                        return Err(Error::Exists(version));
                    }
                    (Some(known), _) if known.versions.len() >= MAX_VERSIONS => {
                        return Err(Error::TooManyVersions);
                    }
                    (Some(_), Some(last)) if version < last => return Err(Error::Behind(last)),
                    (Some(_) | None, _) => {}
                }
                content.check()?;
                let organization_id = organization;
                Ok(Some(Event::Defined { organization_id, name, version, content, by, at }))
            }
            Order::Retire => {
                known.filter(|known| !known.retired).ok_or(Error::Unknown)?;
                Ok(Some(Event::Retired { name, by, at }))
            }
        }
    }
}

impl Aggregate for Sequences {
    const TYPE: &'static str = "event_sequences";
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
        match event {
            Event::Defined { name, version, content, by, at, .. } => {
                let sequence = self.all.entry(name).or_default();
                sequence.versions.insert(version, Edition { content: *content, by, at });
                sequence.retired = false;
            }
            Event::Retired { name, .. } => {
                if let Some(sequence) = self.all.get_mut(&name) {
                    sequence.retired = true;
                }
            }
        }
    }
}
