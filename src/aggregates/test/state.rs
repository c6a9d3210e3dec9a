//! The test as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use crate::primitives::{OrganizationId, TestId};

/// A test, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// What there is of it; nothing before it was created, and after it was deleted.
    pub content: Option<Content>,
    /// How often it changed: the number that optimistic locking compares.
    pub version: u64,
}

/// What there is of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Its id.
    pub id: TestId,
    /// Its owner.
    pub organization: OrganizationId,
    /// Its cases and all that belongs to them.
    pub definition: Json,
    /// Who made it.
    pub created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who changed it last.
    pub updated_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl Test {
    /// Decides what an order leads to, or why it is refused.
    fn decide(&self, Command { by, at, order }: Command) -> Result<Event, Error> {
        match order {
            Order::Create { .. } if self.version > 0 => Err(Error::Exists),
            Order::Create { id, organization, definition } => Ok(Event::Created {
                test_id: id,
                organization_id: organization,
                definition,
                by,
                at,
            }),
            Order::Update { .. } | Order::Delete if self.content.is_none() => Err(Error::Unknown),
            Order::Update { expected_version: Some(expected), .. } if expected != self.version => {
                Err(Error::Conflict { expected, actual: self.version })
            }
            Order::Update { definition, .. } => Ok(Event::Updated { definition, by, at }),
            Order::Delete => Ok(Event::Deleted { by, at }),
        }
    }
}

impl Aggregate for Test {
    const TYPE: &'static str = "test";
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
            Event::Created { test_id, organization_id, definition, by, at } => {
                self.content = Some(Content {
                    id: test_id,
                    organization: organization_id,
                    definition,
                    created_by: by.clone(),
                    created_at: at,
                    updated_by: by,
                    updated_at: at,
                });
            }
            Event::Updated { definition: new, by, at } => {
                if let Some(Content { definition, updated_by, updated_at, .. }) = &mut self.content
                {
                    (*definition, *updated_by, *updated_at) = (new, by, at);
                }
            }
            Event::Deleted { .. } => self.content = None,
        }
    }
}
