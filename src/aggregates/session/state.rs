//! The session as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Opened, Order};
use super::error::Error;
use super::event::{CloseReason, Event};
use crate::primitives::{SessionId, UserId};

/// How long a session lasts at most, however often it is refreshed.
pub const SESSION_LIFE: Duration = Duration::days(30);

/// How often it is refreshed at most: each 10 minutes of its life, twice over.
pub const MAX_REFRESHES: usize = 10_000;

/// Digits of a hash by which a secret that was used is known again.
const REMEMBERED: usize = 16;

/// A session, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id; none before it was opened.
    pub id: Option<SessionId>,
    /// Whose it is.
    pub user: Option<UserId>,
    /// The hash of the secret that refreshes it.
    pub refresh_hash: String,
    /// The beginnings of the hashes of those that did.
    pub spent: Vec<String>,
    /// When it began.
    pub opened_at: Option<OffsetDateTime>,
    /// When it was last refreshed.
    pub refreshed_at: Option<OffsetDateTime>,
    /// When it ends at the latest.
    pub expires_at: Option<OffsetDateTime>,
    /// The address that it was last used from.
    pub from: String,
    /// What the program called itself.
    pub agent: Option<String>,
    /// The tickets that were used and would not be over yet.
    pub tickets: Vec<(String, OffsetDateTime)>,
    /// Why it is over.
    pub closed: Option<CloseReason>,
}

impl Session {
    /// Whether it goes on at this moment. Whether its user may is not looked at.
    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.closed.is_none() && self.expires_at.is_some_and(|end| now < end)
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        if let Order::Open(opened) = order {
            return if self.id.is_some() {
                Err(Error::Exists)
            } else {
                Ok(vec![begin(opened, by, at)])
            };
        }
        if self.id.is_none() {
            return Err(Error::Unknown);
        }
        match order {
            Order::Open(_) => Err(Error::Exists),
            Order::Close(_) if self.closed.is_some() => Ok(Vec::new()),
            Order::Close(reason) => Ok(vec![Event::Closed { reason, by, at }]),
            Order::Refresh { .. } | Order::UseTicket { .. } if !self.is_open(at) => {
                Err(Error::Over)
            }
            Order::Refresh { presented, next, from } => {
                if presented == self.refresh_hash {
                    if self.spent.len() >= MAX_REFRESHES {
                        return Err(Error::Over);
                    }
                    return Ok(vec![Event::Refreshed { refresh_hash: next, from, by, at }]);
                }
                if !self.spent.iter().any(|spent| presented.starts_with(spent.as_str())) {
                    return Err(Error::Foreign);
                }
                let reused = Event::Reused { from, by: by.clone(), at };
                Ok(vec![reused, Event::Closed { reason: CloseReason::Reused, by, at }])
            }
            Order::UseTicket { ticket, expires_at } => {
                let is_used = self.tickets.iter().any(|(used, _)| *used == ticket);
                if is_used || expires_at <= at {
                    return Err(Error::TicketUsed);
                }
                Ok(vec![Event::TicketUsed { ticket, expires_at, by, at }])
            }
        }
    }
}

fn begin(opened: Opened, by: String, at: OffsetDateTime) -> Event {
    let Opened { session, user, refresh_hash, from, agent } = opened;
    Event::Opened {
        session_id: session,
        user_id: user,
        refresh_hash,
        expires_at: at + SESSION_LIFE,
        from,
        agent,
        by,
        at,
    }
}

impl Aggregate for Session {
    const TYPE: &'static str = "session";
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
            Event::Opened {
                session_id,
                user_id,
                refresh_hash,
                expires_at,
                from,
                agent,
                at,
                by: _,
            } => {
                self.id = Some(session_id);
                self.user = Some(user_id);
                self.refresh_hash = refresh_hash;
                self.expires_at = Some(expires_at);
                self.opened_at = Some(at);
                self.from = from;
                self.agent = agent;
            }
            Event::Refreshed { refresh_hash, from, at, .. } => {
                let mut spent = std::mem::replace(&mut self.refresh_hash, refresh_hash);
                spent.truncate(REMEMBERED);
                self.spent.push(spent);
                self.refreshed_at = Some(at);
                self.from = from;
            }
            Event::Reused { .. } => {}
            Event::TicketUsed { ticket, expires_at, at, .. } => {
                self.tickets.retain(|(_, over)| *over > at);
                self.tickets.push((ticket, expires_at));
            }
            Event::Closed { reason, .. } => self.closed = Some(reason),
        }
    }
}
