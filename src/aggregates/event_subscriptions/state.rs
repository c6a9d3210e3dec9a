//! The subscriptions as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{EventWait, Happening};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Status, Wish};
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// How many subscriptions an organization has at most: each event is held against all of them.
pub const MAX_SUBSCRIPTIONS: usize = 100;
/// How long a URL may be, in bytes.
pub(super) const MAX_URL: usize = 2_000;
/// How many headers may go along.
pub(super) const MAX_HEADERS: usize = 20;

/// One subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Which events, and where to.
    pub wish: Wish,
    /// Whether they are sent.
    pub status: Status,
    /// Who made it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Subscription {
    /// Whether an event of that moment is to be sent.
    pub fn wants(&self, happening: &Happening, at: OffsetDateTime) -> bool {
        let config = meaning(&self.wish.pattern, self.wish.condition.as_deref());
        // What was subscribed to was read then: it can be read again.
        let is_meant = EventWait::of(&config).is_ok_and(|wait| wait.answer(happening).is_some());
        self.status == Status::Active && at >= self.at && is_meant
    }
}

/// The subscriptions of an organization, folded from their events. What was removed is not among
/// them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subscriptions {
    /// Whose events are sent; none before the first subscription.
    pub organization: Option<OrganizationId>,
    /// The subscriptions.
    pub all: BTreeMap<EventSubscriptionId, Subscription>,
}

impl Subscriptions {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, id, order }: Command) -> Result<Option<Event>, Error> {
        let known = self.all.get(&id);
        match order {
            Order::Subscribe { organization, wish } => {
                if known.is_some() {
                    return Err(Error::Exists);
                }
                if self.all.len() >= MAX_SUBSCRIPTIONS {
                    return Err(Error::Full);
                }
                check(&wish)?;
                let (subscription_id, organization_id) = (id, organization);
                Ok(Some(Event::Subscribed { subscription_id, organization_id, wish, by, at }))
            }
            Order::SetStatus(status) => {
                let is_new = known.ok_or(Error::Unknown)?.status != status;
                let changed = Event::StatusChanged { subscription_id: id, status, by, at };
                Ok(is_new.then_some(changed))
            }
            Order::Remove => {
                known.ok_or(Error::Unknown)?;
                Ok(Some(Event::Removed { subscription_id: id, by, at }))
            }
        }
    }
}

/// What a wait would have to say to mean the same events.
fn meaning(pattern: &str, condition: Option<&Value>) -> Value {
    json!({ "pattern": pattern, "condition": condition })
}

fn check(wish: &Wish) -> Result<(), Error> {
    let Wish { pattern, condition, url, headers, retry } = wish;
    let config = meaning(pattern, condition.as_deref());
    if let Err(problem) = EventWait::of(&config) {
        return Err(Error::Meaning { path: problem.path, message: problem.message });
    }
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    let authority = url.split('/').nth(2).unwrap_or_default();
    if !is_web || url.len() > MAX_URL || authority.is_empty() || authority.contains('@') {
        return Err(Error::Url);
    }
    if headers.len() > MAX_HEADERS {
        return Err(Error::Headers);
    }
    if retry.is_bounded() { Ok(()) } else { Err(Error::Retry) }
}

impl Aggregate for Subscriptions {
    const TYPE: &'static str = "event_subscriptions";
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
            Event::Subscribed { subscription_id, organization_id, wish, by, at } => {
                self.organization = Some(organization_id);
                let subscription = Subscription { wish: *wish, status: Status::Active, by, at };
                self.all.insert(subscription_id, subscription);
            }
            Event::StatusChanged { subscription_id, status, .. } => {
                if let Some(it) = self.all.get_mut(&subscription_id) {
                    it.status = status;
                }
            }
            Event::Removed { subscription_id, .. } => {
                self.all.remove(&subscription_id);
            }
        }
    }
}
