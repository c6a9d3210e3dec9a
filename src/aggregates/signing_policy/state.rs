//! The policies as their events made them, and what they answer to orders. A change that waits counts
//! by the clock of whoever asks: nobody has to wake up for it.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use crate::policies::{Applied, Document, Mode, loosens};

/// How many policies an organization may have: each is asked about each transaction.
pub const MAX_POLICIES: usize = 64;

/// The longest that a change may wait, in seconds.
pub const MAX_DELAY: u32 = 30 * 24 * 60 * 60;

/// How a policy stands from some time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    /// Its version.
    pub version: u32,
    /// What it says.
    pub document: Box<Document>,
    /// How it is applied.
    pub mode: Mode,
    /// Who made it so.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A change that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// How it will stand; nothing where it will be gone.
    pub next: Option<Current>,
    /// Who wants it.
    pub by: String,
    /// From when on it counts.
    #[serde(with = "time::serde::rfc3339")]
    pub counts_from: OffsetDateTime,
}

/// A policy: how it stands, and the change of it that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The versions that there were.
    pub versions: u32,
    current: Option<Current>,
    waiting: Option<Waiting>,
}

impl Policy {
    /// How it stands at this time.
    pub fn current(&self, at: OffsetDateTime) -> Option<&Current> {
        match &self.waiting {
            Some(due) if due.counts_from <= at => due.next.as_ref(),
            Some(_) | None => self.current.as_ref(),
        }
    }

    /// The change that waits at this time.
    pub fn waiting(&self, at: OffsetDateTime) -> Option<&Waiting> {
        self.waiting.as_ref().filter(|it| it.counts_from > at)
    }

    fn change(
        &mut self,
        next: Option<Current>,
        by: String,
        at: OffsetDateTime,
        from: OffsetDateTime,
    ) {
        self.current = self.current(at).cloned();
        self.waiting = None;
        if from <= at {
            self.current = next;
        } else {
            self.waiting = Some(Waiting { next, by, counts_from: from });
        }
    }
}

/// The policies of an organization, by name, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningPolicies {
    all: BTreeMap<String, Policy>,
    delay: u32,
    /// A shorter delay, which waits as long as the one before it.
    next_delay: Option<(u32, i64)>,
}

impl SigningPolicies {
    /// How many seconds a change waits that loosens.
    pub fn delay(&self, at: OffsetDateTime) -> u32 {
        match self.next_delay {
            Some((seconds, from)) if from <= at.unix_timestamp() => seconds,
            Some(_) | None => self.delay,
        }
    }

    /// The policy of a name, if it stands or is to stand.
    pub fn policy(&self, name: &str, at: OffsetDateTime) -> Option<&Policy> {
        let policy = self.all.get(name)?;
        (policy.current(at).is_some() || policy.waiting(at).is_some()).then_some(policy)
    }

    /// All that stand or are to stand.
    pub fn policies(&self, at: OffsetDateTime) -> impl Iterator<Item = (&String, &Policy)> {
        self.all.iter().filter(move |(name, _)| self.policy(name, at).is_some())
    }

    /// Those that are asked about a transaction at this time.
    pub fn in_force(&self, at: OffsetDateTime) -> Vec<Applied<'_>> {
        let applied = self.all.iter().filter_map(|(name, policy)| {
            let Current { version, document, mode, .. } = policy.current(at)?;
            Some(Applied { policy: name, version: *version, mode: *mode, document })
        });
        applied.collect()
    }

    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, command: Command) -> Result<Event, Error> {
        let Command { organization: organization_id, by, at, order } = command;
        let wait = Duration::seconds(self.delay(at).into());
        let known = |name: &str| self.policy(name, at).ok_or(Error::Unknown);
        let from = |name: &str, next: Option<(&Document, Mode)>| {
            let current = self.policy(name, at).and_then(|it| it.current(at));
            let before = current.map(|it| (&*it.document, it.mode));
            if loosens(before, next) { at + wait } else { at }
        };
        match order {
            Order::Define { name, document, mode } => {
                let policy = self.policy(&name, at);
                if policy.is_none() && self.policies(at).count() >= MAX_POLICIES {
                    return Err(Error::Full);
                }
                let before = policy.and_then(|it| it.current(at)).map(|it| it.mode);
                let mode = mode.or(before).unwrap_or(Mode::Enforce);
                let counts_from = from(&name, Some((&document, mode)));
                let version = self.all.get(&name).map_or(0, |it| it.versions) + 1;
                Ok(Event::Defined {
                    organization_id,
                    name,
                    version,
                    document,
                    mode,
                    by,
                    at,
                    counts_from,
                })
            }
            Order::Apply { name, mode } => {
                let current = known(&name)?.current(at).ok_or(Error::NotYet)?;
                let counts_from = from(&name, Some((&current.document, mode)));
                Ok(Event::ModeSet { name, mode, by, at, counts_from })
            }
            Order::Remove { name } => {
                known(&name)?.current(at).ok_or(Error::NotYet)?;
                let counts_from = from(&name, None);
                Ok(Event::Removed { name, by, at, counts_from })
            }
            Order::Withdraw { name } => {
                known(&name)?.waiting(at).ok_or(Error::NothingWaits)?;
                Ok(Event::Withdrawn { name, by, at })
            }
            Order::Delay { seconds } if seconds > MAX_DELAY => Err(Error::TooLong),
            Order::Delay { seconds } => {
                let counts_from = if seconds < self.delay(at) { at + wait } else { at };
                Ok(Event::DelaySet { organization_id, seconds, by, at, counts_from })
            }
        }
    }
}

impl Aggregate for SigningPolicies {
    const TYPE: &'static str = "signing_policy";
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
            Event::Defined {
                organization_id: _,
                name,
                version,
                document,
                mode,
                by,
                at,
                counts_from,
            } => {
                let policy = self.all.entry(name).or_default();
                policy.versions = version;
                let next = Current { version, document, mode, by: by.clone(), at };
                policy.change(Some(next), by, at, counts_from);
            }
            Event::ModeSet { name, mode, by, at, counts_from } => {
                let policy = self.all.entry(name).or_default();
                let next = policy.current(at).cloned();
                let next = next.map(|it| Current { mode, by: by.clone(), at, ..it });
                policy.change(next, by, at, counts_from);
            }
            Event::Removed { name, by, at, counts_from } => {
                self.all.entry(name).or_default().change(None, by, at, counts_from);
            }
            Event::Withdrawn { name, by, at } => {
                let policy = self.all.entry(name).or_default();
                let current = policy.current(at).cloned();
                policy.change(current, by, at, at);
            }
            Event::DelaySet { organization_id: _, seconds, by: _, at, counts_from } => {
                self.delay = self.delay(at);
                self.next_delay = Some((seconds, counts_from.unix_timestamp()));
            }
        }
    }
}
