//! A template or a block as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Content, Event};
use crate::blueprints::Kind;
use crate::primitives::OrganizationId;

/// A template or a block, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Blueprint {
    /// What it is; `None` before it was created.
    pub kind: Option<Kind>,
    /// Whose it is.
    pub organization: Option<OrganizationId>,
    /// What it consists of.
    pub content: Option<Content>,
    /// Whether it is offered no more.
    pub retired: bool,
    /// How often it changed.
    pub version: u64,
    /// Who created it.
    pub created_by: String,
    /// When it changed last.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub updated_at: Option<OffsetDateTime>,
}

impl Blueprint {
    fn decide(&self, Command { by, at, order }: Command) -> Result<Event, Error> {
        match order {
            Order::Create { kind, organization, content } => {
                if self.kind.is_some() {
                    return Err(Error::Exists);
                }
                Ok(Event::Created { kind, organization_id: organization, content, by, at })
            }
            Order::Revise { expected_version, content } => {
                self.must_be_offered()?;
                match expected_version {
                    Some(expected) if expected != self.version => {
                        Err(Error::Conflict { expected, actual: self.version })
                    }
                    Some(_) | None => Ok(Event::Revised { content, by, at }),
                }
            }
            Order::Retire => {
                self.must_be_offered()?;
                Ok(Event::Retired { by, at })
            }
        }
    }

    fn must_be_offered(&self) -> Result<(), Error> {
        if self.kind.is_none() {
            return Err(Error::Unknown);
        }
        if self.retired { Err(Error::Retired) } else { Ok(()) }
    }
}

impl Aggregate for Blueprint {
    const TYPE: &'static str = "blueprint";
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
        self.version += 1;
        match event {
            Event::Created { kind, organization_id, content, by, at } => {
                self.kind = Some(kind);
                self.organization = Some(organization_id);
                self.content = Some(content);
                self.created_by = by;
                self.updated_at = Some(at);
            }
            Event::Revised { content, at, by: _ } => {
                self.content = Some(content);
                self.updated_at = Some(at);
            }
            Event::Retired { at, by: _ } => {
                self.retired = true;
                self.updated_at = Some(at);
            }
        }
    }
}
