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
}

impl Policy {
    /// What an order leads to; nothing when it holds already.
    fn decide(&self, command: Command) -> Option<Event> {
        let Command { by, at, order } = command;
        match order {
            Order::RequireReview if self.review_required => None,
            Order::RequireReview => Some(Event::ReviewRequired { by, at }),
            Order::WaiveReview if self.review_required => Some(Event::ReviewWaived { by, at }),
            Order::WaiveReview => None,
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
        }
    }
}
