//! The spending as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use crate::policies::limits::Book;
use crate::primitives::IntentId;

/// The form in which the state is kept in snapshots. It rises whenever the state is written otherwise, or an
/// event is folded otherwise: a test that holds a state against this number says when.
pub const FORM: i32 = 1;

/// The spending of an organization, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    book: Book,
}

impl Spending {
    /// What is reserved and used.
    pub const fn book(&self) -> &Book {
        &self.book
    }

    /// Decides what an order leads to, or why it is refused. No event: it was done before.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Error> {
        let Command { organization: organization_id, intent: intent_id, at, order } = command;
        let is_open = self.book.is_open(&intent_id.to_string());
        Ok(match order {
            Order::Reserve(_) if is_open => None,
            Order::Reserve(claims) if claims.is_empty() => None,
            Order::Reserve(claims) => {
                self.book.check(&intent_id.to_string(), &claims, at)?;
                Some(Event::Reserved { organization_id, intent_id, claims, at })
            }
            Order::Settle => is_open.then_some(Event::Settled { intent_id, at }),
            Order::Release(proof) => is_open.then_some(Event::Released { intent_id, proof, at }),
        })
    }

    fn keep(&mut self, change: impl FnOnce(&mut Book, &str), intent: IntentId) {
        change(&mut self.book, &intent.to_string());
    }
}

impl Aggregate for Spending {
    const TYPE: &'static str = "spending";
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
        match event {
            // What stands on the ledger was possible when it was written there.
            Event::Reserved { intent_id, claims, at, organization_id: _ } => {
                self.keep(|book, id| book.keep(id, claims, at), intent_id);
            }
            Event::Settled { intent_id, at } => {
                self.keep(|book, id| drop(book.settle(id, at)), intent_id);
            }
            Event::Released { intent_id, proof, at } => {
                self.keep(|book, id| drop(book.release(id, &proof, at)), intent_id);
            }
        }
    }
}
