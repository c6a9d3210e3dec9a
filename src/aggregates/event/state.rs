//! The published event, and whether one may be published.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{Happening, is_event_name};
use serde::{Deserialize, Serialize};

use super::command::Command;
use super::error::Error;
use super::event::{Event, Published, is_word};

/// How long the source of an event may be, in characters.
const MAX_SOURCE: usize = 200;

/// An event that was published, or is about to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Publication {
    /// What was published; `None` before.
    pub published: Option<Published>,
}

impl Publication {
    fn decide(&self, command: Command) -> Result<Event, Error> {
        let Command {
            id,
            organization,
            name,
            payload,
            source,
            source_type,
            sender_id,
            occurred_at,
            metadata,
            version,
            by,
            at,
        } = command;
        if self.published.is_some() {
            return Err(Error::Exists);
        }
        if !is_event_name(&name) {
            return Err(Error::Name);
        }
        if !Happening::accepts(&payload) {
            return Err(Error::TooLarge);
        }
        let source = source.as_deref().map(accept_source).transpose()?;
        if sender_id.as_deref().is_some_and(|id| !is_word(id)) {
            return Err(Error::SenderId);
        }
        if !metadata.is_bounded() {
            return Err(Error::Metadata);
        }
        Ok(Event::Published(Published {
            event_id: id,
            organization_id: organization,
            event: name,
            payload,
            source,
            source_type: Some(source_type),
            sender_id,
            occurred_at,
            metadata,
            version,
            by,
            at,
        }))
    }
}

fn accept_source(source: &str) -> Result<String, Error> {
    let actual = source.trim().chars().count();
    if (1..=MAX_SOURCE).contains(&actual) {
        Ok(source.trim().to_owned())
    } else {
        Err(Error::Source { max: MAX_SOURCE, actual })
    }
}

impl Aggregate for Publication {
    const TYPE: &'static str = "event";
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
            Event::Published(published) => self.published = Some(published),
        }
    }
}
