//! The subscriptions as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{EventWait, Happening};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::command::{Change, Command, Order};
use super::error::Error;
use super::event::{Event, Status, Wish};
use crate::access::Delivery;
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// How many subscriptions an organization has at most: each event is held against all of them.
pub const MAX_SUBSCRIPTIONS: usize = 100;
/// How long a URL may be, in bytes.
pub(super) const MAX_URL: usize = 2_000;
/// How many secrets of a subscription sign at a time.
pub const MAX_SECRETS: usize = 4;
/// How many headers may go along.
pub(super) const MAX_HEADERS: usize = 20;

/// A secret that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// Under which field of the subscription it is sealed.
    pub field: String,
    /// Until when it signs; for the last one there is no end.
    #[serde(with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
}

/// One subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Which events, and where to.
    pub wish: Wish,
    /// Whether they are sent.
    pub status: Status,
    /// What signs them, the oldest first.
    pub secrets: Vec<Signing>,
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

    /// The secrets that sign at that moment, the latest first.
    pub fn signing(&self, at: OffsetDateTime) -> impl Iterator<Item = &Signing> {
        self.secrets.iter().rev().filter(move |it| it.until.is_none_or(|until| at < until))
    }

    /// What it wants after a change.
    fn changed(&self, change: Change) -> Result<(Wish, Status), Error> {
        let Change { pattern, condition, url, retry, status } = change;
        let mut wish = self.wish.clone();
        if let Some(pattern) = pattern {
            wish.pattern = pattern;
        }
        if let Some(condition) = condition {
            wish.condition = Some(condition).filter(|it| !it.is_null());
        }
        if let Some(url) = url {
            if !wish.headers.is_empty() && origin(&url) != origin(&wish.url) {
                return Err(Error::Elsewhere);
            }
            wish.url = url;
        }
        if let Some(retry) = retry {
            wish.retry = retry;
        }
        check(&wish)?;
        Ok((wish, status.unwrap_or(self.status)))
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
            Order::Change(change) => {
                let known = known.ok_or(Error::Unknown)?;
                let (wish, status) = known.changed(*change)?;
                let is_new = wish != known.wish || status != known.status;
                let (subscription_id, wish) = (id, Box::new(wish));
                let changed = Event::Changed { subscription_id, wish, status, by, at };
                Ok(is_new.then_some(changed))
            }
            Order::Rotate { field, until } => {
                let known = known.ok_or(Error::Unknown)?;
                // Those that are over by then make room.
                if until > at && known.signing(at).count() >= MAX_SECRETS {
                    return Err(Error::Secrets);
                }
                Ok(Some(Event::SecretRotated { subscription_id: id, field, until, by, at }))
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

/// Scheme, host and port of a URL, as they are written.
fn origin(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some((scheme, rest.split(['/', '?', '#']).next()?))
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
                let first = Signing { field: Delivery::FIELD.to_owned(), until: None };
                let (status, secrets) = (Status::Active, vec![first]);
                let subscription = Subscription { wish: *wish, status, secrets, by, at };
                self.all.insert(subscription_id, subscription);
            }
            Event::StatusChanged { subscription_id, status, .. } => {
                if let Some(it) = self.all.get_mut(&subscription_id) {
                    it.status = status;
                }
            }
            Event::Changed { subscription_id, wish, status, .. } => {
                if let Some(it) = self.all.get_mut(&subscription_id) {
                    it.wish = *wish;
                    it.status = status;
                }
            }
            Event::SecretRotated { subscription_id, field, until, at, .. } => {
                if let Some(it) = self.all.get_mut(&subscription_id) {
                    for known in &mut it.secrets {
                        known.until = Some(known.until.map_or(until, |end| end.min(until)));
                    }
                    it.secrets.retain(|known| known.until.is_none_or(|end| end > at));
                    it.secrets.push(Signing { field, until: None });
                }
            }
            Event::Removed { subscription_id, .. } => {
                self.all.remove(&subscription_id);
            }
        }
    }
}
