//! The address as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::Command;
use super::error::Error;
use super::event::Event;
use crate::primitives::UserId;

/// How long a claim stands although nobody is there: a registration takes milliseconds, and one
/// that was cut off must not hold an address for ever.
pub const CLAIM_STANDS: Duration = Duration::minutes(1);

/// An address, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginName {
    /// Whose it is, and since when.
    pub holder: Option<(UserId, OffsetDateTime)>,
}

impl LoginName {
    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let Command { user, nobody, by, at } = command;
        let is_free = match self.holder {
            None => true,
            Some((holder, _)) if holder == user => return Ok(Vec::new()),
            Some((holder, since)) => nobody == Some(holder) && at - since > CLAIM_STANDS,
        };
        if is_free { Ok(vec![Event::Claimed { user_id: user, by, at }]) } else { Err(Error::Taken) }
    }
}

impl Aggregate for LoginName {
    const TYPE: &'static str = "login_name";
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
        match event {
            Event::Claimed { user_id, at, .. } => self.holder = Some((user_id, at)),
        }
    }
}
