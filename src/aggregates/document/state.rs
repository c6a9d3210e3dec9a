//! The document as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::content::Content;
use super::error::Error;
use super::event::Event;
use crate::primitives::{DocumentId, OrganizationId};

/// A document, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id; none before it was added.
    pub id: Option<DocumentId>,
    /// Its owner.
    pub organization: Option<OrganizationId>,
    /// What it says; nothing after it was removed.
    pub content: Option<Content>,
    /// How often it changed.
    pub version: u64,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339::option")]
    pub added_at: Option<OffsetDateTime>,
    /// When it changed last, and who changed it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub changed_at: Option<OffsetDateTime>,
    /// Who changed it last.
    pub changed_by: String,
}

impl Document {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        match order {
            Order::Add { id, organization, content } => {
                if self.id.is_some() {
                    return Err(Error::Exists);
                }
                let content = content.checked()?;
                let (document_id, organization_id) = (id, organization);
                Ok(Some(Event::Added { document_id, organization_id, content, by, at }))
            }
            Order::Revise { content, expected } => {
                let present = self.present(expected)?;
                let content = content.checked()?;
                Ok((content != *present).then_some(Event::Revised { content, by, at }))
            }
            Order::Remove { expected } => {
                self.present(expected)?;
                Ok(Some(Event::Removed { by, at }))
            }
        }
    }

    fn present(&self, expected: Option<u64>) -> Result<&Content, Error> {
        let content = self.content.as_ref().ok_or(Error::Unknown)?;
        match expected.filter(|expected| *expected != self.version) {
            Some(expected) => Err(Error::Conflict { expected, actual: self.version }),
            None => Ok(content),
        }
    }
}

impl Aggregate for Document {
    const TYPE: &'static str = "document";
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
        self.version += 1;
        let (content, by, at) = match event {
            Event::Added { document_id, organization_id, content, by, at } => {
                self.id = Some(document_id);
                self.organization = Some(organization_id);
                self.added_at = Some(at);
                (Some(content), by, at)
            }
            Event::Revised { content, by, at } => (Some(content), by, at),
            Event::Removed { by, at } => (None, by, at),
        };
        self.content = content;
        self.changed_by = by;
        self.changed_at = Some(at);
    }
}
