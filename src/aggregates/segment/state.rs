//! A segment as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Contents, Event};

/// How far a segment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It is there; its events are in the database as well.
    Sealed,
    /// Its events are read from it.
    Detached,
    /// It is given up.
    Deleted,
}

/// A segment, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// What is in it; nothing before it was sealed.
    pub contents: Option<Contents>,
    /// How far it has come.
    pub stage: Option<Stage>,
}

impl Segment {
    /// Decides what an order leads to, or why it is refused. No event: it was carried out before.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        let known = || self.contents.as_ref().zip(self.stage).ok_or(Error::Unknown);
        match order {
            Order::Seal(contents) => match &self.contents {
                None => Ok(Some(Event::Sealed { contents, by, at })),
                // Who seals it again may have proved it against a later checkpoint.
                Some(known) if known.sha256 == contents.sha256 => Ok(None),
                Some(_) => Err(Error::Other),
            },
            Order::Detach => match known()? {
                (contents, Stage::Sealed) => {
                    Ok(Some(Event::Detached { segment_id: contents.segment_id, by, at }))
                }
                (_, Stage::Detached) => Ok(None),
                (_, Stage::Deleted) => Err(Error::Deleted),
            },
            Order::Delete { after_days, settled_by } => match known()? {
                (_, Stage::Sealed) => Err(Error::Attached),
                (contents, Stage::Detached) => Ok(Some(Event::Deleted {
                    segment_id: contents.segment_id,
                    sha256: contents.sha256.clone(),
                    events: contents.events,
                    runs: contents.runs,
                    after_days,
                    settled_by,
                    by,
                    at,
                })),
                (_, Stage::Deleted) => Ok(None),
            },
        }
    }
}

impl Aggregate for Segment {
    const TYPE: &'static str = "segment";
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
        self.stage = Some(match event {
            Event::Sealed { contents, .. } => {
                self.contents = Some(*contents);
                Stage::Sealed
            }
            Event::Detached { .. } => Stage::Detached,
            Event::Deleted { .. } => Stage::Deleted,
        });
    }
}
