//! The definition as its events made it, and what it answers to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::is_event_name;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Content, Event, Status};
use crate::primitives::{EventDefinitionId, OrganizationId};
use crate::schemas::Version;

/// How many versions a definition has at most: all are read for each event of its name.
pub const MAX_VERSIONS: usize = 50;
/// How many examples a version has at most.
pub const MAX_EXAMPLES: usize = 10;
/// How large they may be together, in bytes of JSON.
pub(super) const MAX_EXAMPLES_BYTES: usize = 32 * 1024;
/// How large a schema may be that is not registered, in bytes of JSON.
pub(super) const MAX_SCHEMA_BYTES: usize = 32 * 1024;
/// How many bytes a description may have.
pub(super) const MAX_TEXT: usize = 4_000;

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// What it says.
    pub content: Content,
    /// Whether it holds.
    pub status: Status,
    /// Who added it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The definition of the events of a name, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Its id; none before the first version.
    pub id: Option<EventDefinitionId>,
    /// Whose events it is about.
    pub organization: Option<OrganizationId>,
    /// Their name.
    pub name: String,
    /// Its versions.
    pub versions: BTreeMap<Version, Edition>,
}

impl Definition {
    /// The version that an event is held against: the one that it names unless that is a draft, or
    /// else the last one that is active.
    pub fn applying(&self, named: Option<Version>) -> Option<(Version, &Edition)> {
        let mut versions = self.versions.iter().rev().map(|(version, edition)| (*version, edition));
        match named {
            Some(named) => versions
                .find(|(version, edition)| *version == named && edition.status != Status::Draft),
            None => versions.find(|(_, edition)| edition.status == Status::Active),
        }
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        match order {
            Order::Define { id, organization, name, version, content, status } => {
                if !is_event_name(&name) {
                    return Err(Error::Name);
                }
                if self.versions.contains_key(&version) {
                    return Err(Error::Exists(version));
                }
                if self.versions.len() >= MAX_VERSIONS {
                    return Err(Error::Full);
                }
                bounded(&content)?;
                let (definition_id, organization_id) = (id, organization);
                Ok(Some(Event::Defined {
                    definition_id,
                    organization_id,
                    name,
                    version,
                    content,
                    status,
                    by,
                    at,
                }))
            }
            Order::SetStatus { version, status } => {
                if self.id.is_none() {
                    return Err(Error::Unknown);
                }
                let edition = self.versions.get(&version).ok_or(Error::NoSuchVersion(version))?;
                let is_new = edition.status != status;
                Ok(is_new.then_some(Event::StatusChanged { version, status, by, at }))
            }
        }
    }
}

fn bounded(content: &Content) -> Result<(), Error> {
    if content.description.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
        return Err(Error::Description);
    }
    if content.payload_schema.to_string().len() > MAX_SCHEMA_BYTES {
        return Err(Error::SchemaTooLarge);
    }
    let size: usize = content.examples.iter().map(|example| example.to_string().len()).sum();
    if content.examples.len() > MAX_EXAMPLES || size > MAX_EXAMPLES_BYTES {
        return Err(Error::Examples);
    }
    Ok(())
}

impl Aggregate for Definition {
    const TYPE: &'static str = "event_definition";
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
            Event::Defined {
                definition_id,
                organization_id,
                name,
                version,
                content,
                status,
                by,
                at,
            } => {
                self.id = Some(definition_id);
                self.organization = Some(organization_id);
                self.name = name;
                self.versions.insert(version, Edition { content: *content, status, by, at });
            }
            Event::StatusChanged { version, status, .. } => {
                if let Some(edition) = self.versions.get_mut(&version) {
                    edition.status = status;
                }
            }
        }
    }
}
