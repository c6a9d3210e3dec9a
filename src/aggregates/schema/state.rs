//! The schema as its events made it, and what it answers to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Compared, Order};
use super::error::Error;
use super::event::{Details, Event};
use crate::primitives::{OrganizationId, SchemaId};
use crate::schemas::{Change, Name, Version};

/// How many versions a schema has at most: each is read whenever one of them is.
pub const MAX_VERSIONS: usize = 100;

/// How many tags it has at most.
pub const MAX_TAGS: usize = 20;

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// What it says.
    pub schema: Json,
    /// What had changed since the version before.
    pub changes: Vec<Change>,
    /// Whether somebody advises against it.
    pub deprecated: bool,
    /// Who added it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A schema, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Its id; none before it was registered.
    pub id: Option<SchemaId>,
    /// Its owner.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub name: Option<Name>,
    /// What is said of it.
    pub details: Details,
    /// Whether somebody advises against it as a whole.
    pub deprecated: bool,
    /// Its versions.
    pub versions: BTreeMap<Version, Edition>,
    /// How often the record changed.
    pub version: u64,
}

impl Schema {
    /// The last version.
    pub fn latest(&self) -> Option<(Version, &Edition)> {
        self.versions.last_key_value().map(|(version, edition)| (*version, edition))
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        if let Order::Register { id, organization, name, details, schema, version } = order {
            if self.id.is_some() {
                return Err(Error::Exists);
            }
            let details = bounded(details)?;
            let version = version.unwrap_or(Version::FIRST);
            return Ok(vec![Event::Registered {
                schema_id: id,
                organization_id: organization,
                name,
                details,
                version,
                schema,
                by,
                at,
            }]);
        }
        let (newest, latest) = self.latest().ok_or(Error::Unknown)?;
        match order {
            Order::Register { .. } => Err(Error::Exists),
            Order::Add { schema, version, compared, details } => {
                let Compared { at_version, bump, changes } = compared;
                if at_version != self.version {
                    return Err(Error::Changed);
                }
                if schema == latest.schema {
                    return Err(Error::Same(newest));
                }
                if self.versions.len() >= MAX_VERSIONS {
                    return Err(Error::Full);
                }
                let least = newest.after(bump);
                let wanted = version.unwrap_or(least);
                if wanted < least || wanted <= newest {
                    return Err(Error::Number { wanted, last: newest, least, bump });
                }
                let described = details.map(bounded).transpose()?;
                let described = described.filter(|details| *details != self.details);
                let described = described.map(|details| {
                    let by = by.clone();
                    Event::Described { details, by, at }
                });
                let added = Event::VersionAdded { version: wanted, schema, changes, by, at };
                Ok(described.into_iter().chain([added]).collect())
            }
            Order::Describe(details) => {
                let details = bounded(details)?;
                let is_new = details != self.details;
                Ok(is_new.then_some(Event::Described { details, by, at }).into_iter().collect())
            }
            Order::Deprecate(version) => {
                let is_new = !self.is_deprecated(version)?;
                Ok(is_new.then_some(Event::Deprecated { version, by, at }).into_iter().collect())
            }
            Order::Reinstate(version) => {
                let is_new = self.is_deprecated(version)?;
                Ok(is_new.then_some(Event::Reinstated { version, by, at }).into_iter().collect())
            }
        }
    }

    fn is_deprecated(&self, version: Option<Version>) -> Result<bool, Error> {
        let Some(version) = version else { return Ok(self.deprecated) };
        let edition = self.versions.get(&version).ok_or(Error::NoSuchVersion(version))?;
        Ok(edition.deprecated)
    }

    fn mark(&mut self, version: Option<Version>, deprecated: bool) {
        match version {
            None => self.deprecated = deprecated,
            Some(version) => {
                if let Some(edition) = self.versions.get_mut(&version) {
                    edition.deprecated = deprecated;
                }
            }
        }
    }
}

impl Aggregate for Schema {
    const TYPE: &'static str = "schema";
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
        match event {
            Event::Registered {
                schema_id,
                organization_id,
                name,
                details,
                version,
                schema,
                by,
                at,
            } => {
                self.id = Some(schema_id);
                self.organization = Some(organization_id);
                self.name = Some(name);
                self.details = details;
                let edition = Edition { schema, changes: Vec::new(), deprecated: false, by, at };
                self.versions.insert(version, edition);
            }
            Event::VersionAdded { version, schema, changes, by, at } => {
                let edition = Edition { schema, changes, deprecated: false, by, at };
                self.versions.insert(version, edition);
            }
            Event::Described { details, .. } => self.details = details,
            Event::Deprecated { version, .. } => self.mark(version, true),
            Event::Reinstated { version, .. } => self.mark(version, false),
        }
    }
}

fn bounded(details: Details) -> Result<Details, Error> {
    if details.is_bounded() { Ok(details) } else { Err(Error::Details) }
}
