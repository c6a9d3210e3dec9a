//! The key as its events made it, what it answers to orders, and whether it opens.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Owner};
use crate::access::{KeyHash, Permissions};
use crate::primitives::OrganizationId;

/// How many characters a name may have.
pub const MAX_NAME: usize = 100;
/// How many keys that still open something an organization has at most.
pub const MAX_KEYS: i64 = 500;
/// How often the use of a key is noted at most: what an auditor asks is whether anybody uses it.
pub const USE_NOTED_EVERY: Duration = Duration::hours(1);
/// How far away the end of a key may be. What should last longer needs no end.
pub(super) const LONGEST: Duration = Duration::days(3_660);

/// Why a key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// There is no such key.
    #[error("the key is not known here")]
    Unknown,
    /// Somebody revoked it.
    #[error("the key was revoked")]
    Revoked,
    /// Its time is over.
    #[error("the key has expired")]
    Expired,
}

/// What is known of a key that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The SHA-256 of its text.
    pub hash: KeyHash,
    /// The organization that it opens.
    pub organization: OrganizationId,
    /// Whose it is.
    pub owner: Owner,
    /// What people call it.
    pub name: String,
    /// What it opens at most; all of its owner when absent.
    pub scopes: Option<Vec<String>>,
    /// From when on it opens nothing.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// Who issued it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A key, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// What was issued; none before.
    pub issue: Option<Issue>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    /// When its use was last noted.
    #[serde(with = "time::serde::rfc3339::option")]
    pub used_at: Option<OffsetDateTime>,
}

impl ApiKey {
    /// What the key is, when it opens for this text at this time.
    pub fn opens(&self, presented: &KeyHash, now: OffsetDateTime) -> Result<&Issue, Closed> {
        let issue = self.issue.as_ref().ok_or(Closed::Unknown)?;
        // The id follows from the hash, but from a part of it only.
        if !issue.hash.is(presented) {
            return Err(Closed::Unknown);
        }
        if self.revoked_at.is_some() {
            return Err(Closed::Revoked);
        }
        if issue.expires_at.is_some_and(|expires| expires <= now) {
            return Err(Closed::Expired);
        }
        Ok(issue)
    }

    /// Whether its use is to be noted.
    pub fn use_is_due(&self, now: OffsetDateTime) -> bool {
        self.used_at.is_none_or(|used| now - used >= USE_NOTED_EVERY)
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        match order {
            Order::Issue { hash, organization, owner, name, scopes, expires_at } => {
                if self.issue.is_some() {
                    return Err(Error::Exists);
                }
                let count = name.chars().count();
                if !(1..=MAX_NAME).contains(&count) || name.chars().any(char::is_control) {
                    return Err(Error::Name);
                }
                if expires_at.is_some_and(|expires| expires <= at || expires - at > LONGEST) {
                    return Err(Error::Expiry);
                }
                if scopes.is_some_and(Permissions::is_empty) {
                    return Err(Error::NoScope);
                }
                let scopes = scopes.map(Permissions::names);
                let organization_id = organization;
                Ok(vec![Event::Issued {
                    hash,
                    organization_id,
                    owner,
                    name,
                    scopes,
                    expires_at,
                    by,
                    at,
                }])
            }
            Order::Revoke | Order::NoteUse if self.issue.is_none() => Err(Error::Unknown),
            Order::Revoke if self.revoked_at.is_some() => Ok(Vec::new()),
            Order::Revoke => Ok(vec![Event::Revoked { by, at }]),
            Order::NoteUse => {
                let is_due = self.revoked_at.is_none() && self.use_is_due(at);
                Ok(is_due.then_some(Event::Used { at }).into_iter().collect())
            }
        }
    }
}

impl Issue {
    /// What it opens of what its owner may do now.
    pub fn permissions(&self, owner: Permissions) -> Permissions {
        let scopes = self.scopes.as_deref().map(Permissions::known);
        scopes.map_or(owner, |scopes| scopes.intersection(owner))
    }
}

impl Aggregate for ApiKey {
    const TYPE: &'static str = "api_key";
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
            Event::Issued { hash, organization_id, owner, name, scopes, expires_at, by, at } => {
                let organization = organization_id;
                let issue = Issue { hash, organization, owner, name, scopes, expires_at, by, at };
                self.issue = Some(issue);
            }
            Event::Revoked { at, .. } => self.revoked_at = Some(at),
            Event::Used { at } => self.used_at = Some(at),
        }
    }
}
