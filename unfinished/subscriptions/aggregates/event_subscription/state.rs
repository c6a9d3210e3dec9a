//! The subscription as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{EventWait, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Status};
use super::retry::Retry;
use crate::primitives::{EventSubscriptionId, OrganizationId};

/// How long a URL may be, in bytes.
pub const MAX_URL: usize = 2_000;
/// How many headers may go along.
pub const MAX_HEADERS: usize = 20;

/// A subscription, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id; none before it began.
    pub id: Option<EventSubscriptionId>,
    /// Whose events are sent.
    pub organization: Option<OrganizationId>,
    /// Which: a name, or a pattern.
    pub pattern: String,
    /// And of these, which.
    pub condition: Option<Json>,
    /// Where to.
    pub url: String,
    /// The names of the headers that go along.
    pub headers: Vec<String>,
    /// What is done when the endpoint does not take one.
    pub retry: Retry,
    /// Whether events are sent.
    pub status: Status,
    /// Whether it was removed.
    pub removed: bool,
    /// Who made it.
    pub by: String,
}

impl Subscription {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        match order {
            Order::Subscribe { id, organization, pattern, condition, url, headers, retry } => {
                if self.id.is_some() {
                    return Err(Error::Exists);
                }
                meaning(&pattern, condition.as_deref())?;
                let is_web = url.starts_with("http://") || url.starts_with("https://");
                let authority = url.split('/').nth(2).unwrap_or_default();
                if !is_web || url.len() > MAX_URL || authority.is_empty() || authority.contains('@')
                {
                    return Err(Error::Url);
                }
                if headers.len() > MAX_HEADERS {
                    return Err(Error::Headers);
                }
                if !retry.is_bounded() {
                    return Err(Error::Retry);
                }
                Ok(Some(Event::Subscribed {
                    subscription_id: id,
                    organization_id: organization,
                    pattern,
                    condition,
                    url,
                    headers,
                    retry,
                    by,
                    at,
                }))
            }
            Order::SetStatus(_) | Order::Remove if self.id.is_none() || self.removed => {
                Err(Error::Unknown)
            }
            Order::SetStatus(status) => {
                let is_new = status != self.status;
                Ok(is_new.then_some(Event::StatusChanged { status, by, at }))
            }
            Order::Remove => Ok(Some(Event::Removed { by, at })),
        }
    }

    /// What a wait would have to say to mean the same events.
    pub fn meaning(pattern: &str, condition: Option<&Value>) -> Value {
        json!({ "pattern": pattern, "condition": condition })
    }
}

fn meaning(pattern: &str, condition: Option<&Value>) -> Result<(), Error> {
    let config = Subscription::meaning(pattern, condition);
    let problem = EventWait::of(&config).err();
    problem.map_or(Ok(()), |it| Err(Error::Meaning { path: it.path, message: it.message }))
}

impl Aggregate for Subscription {
    const TYPE: &'static str = "event_subscription";
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
            Event::Subscribed {
                subscription_id,
                organization_id,
                pattern,
                condition,
                url,
                headers,
                retry,
                by,
                at: _,
            } => {
                self.id = Some(subscription_id);
                self.organization = Some(organization_id);
                self.pattern = pattern;
                self.condition = condition;
                self.url = url;
                self.headers = headers;
                self.retry = retry;
                self.by = by;
            }
            Event::StatusChanged { status, .. } => self.status = status,
            Event::Removed { .. } => self.removed = true,
        }
    }
}
