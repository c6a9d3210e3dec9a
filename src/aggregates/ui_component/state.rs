//! An interface as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use crate::interfaces::Component;
use crate::primitives::OrganizationId;

/// How many versions an interface has at most: all are read whenever one of them is.
pub const MAX_VERSIONS: u64 = 100;

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// What it consists of.
    pub component: Box<Component>,
    /// Who wrote it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An interface, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UiComponent {
    /// Whose it is; `None` before it was created.
    pub organization: Option<OrganizationId>,
    /// Its versions, the first one first.
    pub editions: Vec<Edition>,
    /// Whether it is offered no more.
    pub retired: bool,
}

impl UiComponent {
    /// The number of the latest version; 0 before it was created.
    pub fn version(&self) -> u64 {
        self.editions.len() as u64
    }

    /// A version by its number, from 1.
    pub fn edition(&self, version: u64) -> Option<&Edition> {
        self.editions.get(usize::try_from(version.checked_sub(1)?).ok()?)
    }

    fn decide(&self, Command { by, at, order }: Command) -> Result<Event, Error> {
        match order {
            Order::Create { organization, component } => {
                if self.organization.is_some() {
                    return Err(Error::Exists);
                }
                let (organization_id, name) = (organization, component.name.clone());
                Ok(Event::Created { organization_id, name, component, by, at })
            }
            Order::Revise { expected_version, component } => {
                self.must_be_offered()?;
                let actual = self.version();
                if let Some(expected) = expected_version.filter(|expected| *expected != actual) {
                    return Err(Error::Conflict { expected, actual });
                }
                if actual >= MAX_VERSIONS {
                    return Err(Error::Full);
                }
                let name = component.name.clone();
                Ok(Event::Revised { version: actual + 1, name, component, by, at })
            }
            Order::Retire => {
                self.must_be_offered()?;
                Ok(Event::Retired { by, at })
            }
        }
    }

    fn must_be_offered(&self) -> Result<(), Error> {
        if self.organization.is_none() {
            return Err(Error::Unknown);
        }
        if self.retired { Err(Error::Retired) } else { Ok(()) }
    }
}

impl Aggregate for UiComponent {
    const TYPE: &'static str = "ui_component";
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
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Created { organization_id, component, by, at, name: _ } => {
                self.organization = Some(organization_id);
                self.editions.push(Edition { component, by, at });
            }
            Event::Revised { component, by, at, version: _, name: _ } => {
                self.editions.push(Edition { component, by, at });
            }
            Event::Retired { .. } => self.retired = true,
        }
    }
}
