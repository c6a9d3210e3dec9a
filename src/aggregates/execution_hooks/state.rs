//! The endpoints as their events made them, and what they answer to orders.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Change, Command, Order};
use super::error::Error;
use super::event::{Event, Reason, Wish};
use super::topic::Topic;
use crate::access::Delivery;
use crate::primitives::{ExecutionHookId, OrganizationId, WorkflowId};

/// How many endpoints an organization has at most: each event is held against all of them.
pub const MAX_ENDPOINTS: usize = 100;
/// How often a delivery is tried at most after the first time: as often as the schedule goes.
pub const MAX_RETRIES: u32 = 9;
/// How many secrets of an endpoint sign at a time.
pub const MAX_SECRETS: usize = 4;
/// How long a URL may be, in bytes.
pub(super) const MAX_URL: usize = 2_000;
/// How long a name may be, in characters.
pub(super) const MAX_NAME: usize = 100;
/// How long a description may be, in characters.
pub(super) const MAX_DESCRIPTION: usize = 1_000;
/// How many kinds of events may be named: all there are, and the families.
pub(super) const MAX_TYPES: usize = 14;
/// How many workflows may be named.
pub(super) const MAX_WORKFLOWS: usize = 100;
/// How many positions a stretch that is sent again may hold.
pub(super) const MAX_SPAN: i64 = 1_000_000;

/// A secret that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// Under which field of the endpoint it is sealed.
    pub field: String,
    /// Until when it signs; for the last one there is no end.
    #[serde(with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
}

/// That an endpoint is told nothing, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off {
    /// Why.
    pub reason: Reason,
    /// Who did it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Of what it is told, and where.
    pub wish: Wish,
    /// That it is told nothing, where that is so.
    pub off: Option<Off>,
    /// What signs, the oldest first.
    pub secrets: Vec<Signing>,
    /// Who made it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
}

impl Endpoint {
    /// Whether it is told of such a thing in runs of this workflow.
    pub fn wants(&self, topic: Topic, workflow: WorkflowId) -> bool {
        let Wish { event_types, workflows, .. } = &self.wish;
        event_types.iter().any(|chosen| chosen.takes(topic))
            && (workflows.is_empty() || workflows.contains(&workflow))
    }

    /// The secrets that sign at that moment, the latest first.
    pub fn signing(&self, at: OffsetDateTime) -> impl Iterator<Item = &Signing> {
        self.secrets.iter().rev().filter(move |it| it.until.is_none_or(|until| at < until))
    }

    /// What it is told of after a change.
    fn changed(&self, change: Change) -> Result<Wish, Error> {
        let Change { name, description, url, event_types, workflows, max_retries } = change;
        let known = self.wish.clone();
        let wish = Wish {
            name: name.unwrap_or(known.name),
            description: description.unwrap_or(known.description),
            url: url.unwrap_or(known.url),
            event_types: event_types.unwrap_or(known.event_types),
            workflows: workflows.unwrap_or(known.workflows),
            max_retries: max_retries.unwrap_or(known.max_retries),
        };
        check(&wish)?;
        Ok(wish)
    }
}

/// The endpoints of an organization, folded from their events. What was removed is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// Of whose runs they are told; none before the first endpoint.
    pub organization: Option<OrganizationId>,
    /// The endpoints.
    pub all: BTreeMap<ExecutionHookId, Endpoint>,
}

impl Hooks {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, id, order }: Command) -> Result<Option<Event>, Error> {
        let known = self.all.get(&id);
        let endpoint_id = id;
        if let Order::Create { organization, wish, enabled } = order {
            if known.is_some() {
                return Err(Error::Exists);
            }
            if self.all.len() >= MAX_ENDPOINTS {
                return Err(Error::Full);
            }
            check(&wish)?;
            let organization_id = organization;
            return Ok(Some(Event::Created {
                endpoint_id,
                organization_id,
                wish,
                enabled,
                by,
                at,
            }));
        }
        let known = known.ok_or(Error::Unknown)?;
        let listens = || known.off.is_none().then_some(()).ok_or(Error::Disabled);
        match order {
            Order::Create { .. } => Err(Error::Exists),
            Order::Change(change) => {
                let wish = known.changed(*change)?;
                let is_new = wish != known.wish;
                let wish = Box::new(wish);
                Ok(is_new.then_some(Event::Changed { endpoint_id, wish, by, at }))
            }
            Order::Enable => {
                Ok(known.off.is_some().then_some(Event::Enabled { endpoint_id, by, at }))
            }
            Order::Disable(reason) => {
                let is_new = known.off.is_none();
                Ok(is_new.then_some(Event::Disabled { endpoint_id, reason, by, at }))
            }
            Order::Regenerate { field, until } => {
                // Those that are over by then make room.
                if until > at && known.signing(at).count() >= MAX_SECRETS {
                    return Err(Error::Secrets);
                }
                Ok(Some(Event::SecretRegenerated { endpoint_id, field, until, by, at }))
            }
            Order::Replay { from, to } => {
                listens()?;
                if from < 1 || to < from || to - from >= MAX_SPAN {
                    return Err(Error::Span);
                }
                Ok(Some(Event::ReplayOrdered { endpoint_id, from, to, by, at }))
            }
            Order::Redeliver(delivery_id) => {
                listens()?;
                Ok(Some(Event::RedeliveryOrdered { endpoint_id, delivery_id, by, at }))
            }
            Order::Test(delivery_id) => {
                listens()?;
                Ok(Some(Event::TestOrdered { endpoint_id, delivery_id, by, at }))
            }
            Order::Remove => Ok(Some(Event::Removed { endpoint_id, by, at })),
        }
    }

    /// An endpoint as it is, to be changed; nothing where it is gone.
    fn with(&mut self, id: ExecutionHookId, change: impl FnOnce(&mut Endpoint)) {
        if let Some(it) = self.all.get_mut(&id) {
            change(it);
        }
    }
}

fn check(wish: &Wish) -> Result<(), Error> {
    let Wish { name, description, url, event_types, workflows, max_retries } = wish;
    if name.trim().is_empty()
        || name.chars().count() > MAX_NAME
        || name.chars().any(char::is_control)
    {
        return Err(Error::Name);
    }
    if description.chars().count() > MAX_DESCRIPTION {
        return Err(Error::Description);
    }
    // Whether plain http is opened where it leads to is judged at the door.
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    let authority = url.split(['/', '?', '#']).nth(2).unwrap_or_default();
    if !is_web || url.len() > MAX_URL || authority.is_empty() || authority.contains('@') {
        return Err(Error::Url);
    }
    let chosen: BTreeSet<_> = event_types.iter().collect();
    if chosen.is_empty() || chosen.len() != event_types.len() || chosen.len() > MAX_TYPES {
        return Err(Error::EventTypes);
    }
    let named: BTreeSet<_> = workflows.iter().collect();
    if named.len() != workflows.len() || named.len() > MAX_WORKFLOWS {
        return Err(Error::Workflows);
    }
    if *max_retries > MAX_RETRIES { Err(Error::Retries) } else { Ok(()) }
}

impl Aggregate for Hooks {
    const TYPE: &'static str = "execution_hooks";
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
            Event::Created { endpoint_id, organization_id, wish, enabled, by, at } => {
                self.organization = Some(organization_id);
                let secrets = vec![Signing { field: Delivery::FIELD.to_owned(), until: None }];
                let off = Off { reason: Reason::Ordered, by: by.clone(), at };
                let off = (!enabled).then_some(off);
                let endpoint = Endpoint { wish: *wish, off, secrets, by, at, changed_at: at };
                self.all.insert(endpoint_id, endpoint);
            }
            Event::Changed { endpoint_id, wish, at, .. } => self.with(endpoint_id, |it| {
                (it.wish, it.changed_at) = (*wish, at);
            }),
            Event::Enabled { endpoint_id, at, .. } => self.with(endpoint_id, |it| {
                (it.off, it.changed_at) = (None, at);
            }),
            Event::Disabled { endpoint_id, reason, by, at } => self.with(endpoint_id, |it| {
                (it.off, it.changed_at) = (Some(Off { reason, by, at }), at);
            }),
            Event::SecretRegenerated { endpoint_id, field, until, at, .. } => {
                self.with(endpoint_id, |it| {
                    for known in &mut it.secrets {
                        known.until = Some(known.until.map_or(until, |end| end.min(until)));
                    }
                    it.secrets.retain(|known| known.until.is_none_or(|end| end > at));
                    it.secrets.push(Signing { field, until: None });
                    it.changed_at = at;
                });
            }
            Event::ReplayOrdered { .. }
            | Event::RedeliveryOrdered { .. }
            | Event::TestOrdered { .. } => {}
            Event::Removed { endpoint_id, .. } => {
                self.all.remove(&endpoint_id);
            }
        }
    }
}
