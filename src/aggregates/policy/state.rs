//! The policy as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;

/// An organization's policy. One that has no event yet requires nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether drafts are published only when somebody else has approved them.
    pub review_required: bool,
    /// Whether events are published only under a definition.
    #[serde(default)]
    pub definitions_required: bool,
}

impl Policy {
    /// What an order leads to; nothing when it holds already.
    fn decide(&self, command: Command) -> Option<Event> {
        let Command { by, at, order } = command;
        match order {
            Order::RequireReview => {
                (!self.review_required).then_some(Event::ReviewRequired { by, at })
            }
            Order::WaiveReview => self.review_required.then_some(Event::ReviewWaived { by, at }),
            Order::RequireDefinitions => {
                (!self.definitions_required).then_some(Event::DefinitionsRequired { by, at })
            }
            Order::WaiveDefinitions => {
                self.definitions_required.then_some(Event::DefinitionsWaived { by, at })
            }
        }
    }
}

impl Aggregate for Policy {
    const TYPE: &'static str = "policy";
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
        if let Some(event) = self.decide(command) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::ReviewRequired { .. } => self.review_required = true,
            Event::ReviewWaived { .. } => self.review_required = false,
            Event::DefinitionsRequired { .. } => self.definitions_required = true,
            Event::DefinitionsWaived { .. } => self.definitions_required = false,
        }
    }
}
