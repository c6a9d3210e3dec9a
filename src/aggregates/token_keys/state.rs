//! The keys as their events made them, and what they answer to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, NewKey, Order, Retire};
use super::error::Error;
use super::event::Event;

/// How many keys are remembered: the one that signs, and those that did last. Nothing that an older
/// one signed can still be valid.
const MAX_KEYS: usize = 16;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What it is called.
    pub kid: String,
    /// The first coordinate of its public half.
    pub x: String,
    /// The second.
    pub y: String,
    /// Since when it is there.
    #[serde(with = "time::serde::rfc3339")]
    pub added_at: OffsetDateTime,
    /// Up to when it is believed; without an end while it signs.
    pub believed_until: Option<OffsetDateTime>,
}

impl Key {
    /// Whether what it signed is believed at this moment.
    pub fn is_believed(&self, now: OffsetDateTime) -> bool {
        self.believed_until.is_none_or(|until| now < until)
    }
}

/// All keys, folded from their events, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKeys {
    /// The keys.
    pub keys: Vec<Key>,
}

impl TokenKeys {
    /// The one that signs.
    pub fn signing(&self) -> Option<&Key> {
        self.keys.iter().rev().find(|key| key.believed_until.is_none())
    }

    /// The key of this name, if it is believed.
    pub fn believed(&self, kid: &str, now: OffsetDateTime) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid && key.is_believed(now))
    }

    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        let (key, retire) = match order {
            // Somebody else was faster: theirs is the first.
            Order::Begin(_) if self.signing().is_some() => return Ok(Vec::new()),
            Order::Begin(key) => (key, Retire::Now),
            Order::Rotate { key, retire } => (key, retire),
        };
        let NewKey { kid, x, y } = key;
        if self.keys.iter().any(|known| known.kid == kid) {
            return Err(Error::Used);
        }
        let until = match retire {
            Retire::After(life) => at + life,
            Retire::Now => at,
        };
        let added = Event::Added { kid, x, y, by: by.clone(), at };
        let retired = self.keys.iter().filter(|key| key.believed_until.is_none_or(|it| it > until));
        let retired = retired.map(|key| {
            let (kid, by) = (key.kid.clone(), by.clone());
            Event::Retired { kid, believed_until: until, by, at }
        });
        Ok([added].into_iter().chain(retired).collect())
    }
}

impl Aggregate for TokenKeys {
    const TYPE: &'static str = "token_keys";
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
            Event::Added { kid, x, y, at, .. } => {
                if self.keys.len() >= MAX_KEYS {
                    self.keys.remove(0);
                }
                self.keys.push(Key { kid, x, y, added_at: at, believed_until: None });
            }
            Event::Retired { kid, believed_until, .. } => {
                if let Some(key) = self.keys.iter_mut().find(|key| key.kid == kid) {
                    key.believed_until = Some(believed_until);
                }
            }
        }
    }
}
