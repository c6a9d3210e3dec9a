//! The run as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::Command;
use super::error::Error;
use super::event::Event;

/// A run, folded from its events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Run(engine::Run);

impl Run {
    /// The engine's view of it.
    pub const fn state(&self) -> &engine::Run {
        &self.0
    }

    /// The events that an order leads to, all of which belong into one append.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let started = self.0.is_started();
        let facts = match command {
            Command::Start(_) if started => return Err(Error::Started),
            Command::Start(start) => engine::start(*start),
            Command::React { .. } if !started => return Err(Error::Unknown),
            Command::React { stimulus, at, chance } => {
                engine::decide(&self.0, stimulus, at, chance)?
            }
        };
        Ok(facts.into_iter().map(Event).collect())
    }
}

impl Aggregate for Run {
    const TYPE: &'static str = "run";
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
        self.0.apply(&event.0);
    }
}
