//! The connector as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Change, Command, Order};
use super::error::Error;
use super::event::{Check, Data, Event, Status};
use super::owner::{Owner, Visibility};
use crate::primitives::{ConnectorId, OrganizationId};

/// How many characters a name may have.
pub const MAX_NAME: usize = 200;
/// How many characters a description may have.
pub const MAX_TEXT: usize = 4_000;

/// How often a test that finds what the last one found is worth an event: somebody who tests again
/// and again does not make a connector slow to load.
const NOTED_EVERY: Duration = Duration::hours(1);

/// What was begun with a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authorization {
    /// Somebody was sent there.
    Awaited {
        /// SHA-256 in hex of what the provider has to hand back.
        state_hash: String,
        /// Until when it may.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// Who began it.
        by: String,
    },
    /// It was handed back, and is being redeemed.
    Returned,
}

/// A connector, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    /// Its id; none before it was connected.
    pub id: Option<ConnectorId>,
    /// Whose workflows may use it.
    pub organization: Option<OrganizationId>,
    /// The provider.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Owner,
    /// Who else may see and use it.
    pub visibility: Visibility,
    /// Its data.
    pub data: Option<Data>,
    /// How it stands; none before it was connected.
    pub check: Option<Check>,
    /// When it was last tried.
    pub checked_at: Option<OffsetDateTime>,
    /// What is under way with the provider.
    pub authorization: Option<Authorization>,
    /// What the provider has granted.
    pub scopes: Option<String>,
    /// When access ends for good.
    pub expires_at: Option<OffsetDateTime>,
    /// Who connected it.
    pub created_by: String,
    /// When.
    pub created_at: Option<OffsetDateTime>,
    /// When it last changed.
    pub updated_at: Option<OffsetDateTime>,
    /// Whether it is no more.
    pub gone: bool,
    /// How often the record changed.
    pub version: u64,
}

impl Connector {
    /// Whether it exists, and is this organization's.
    pub fn is_of(&self, organization: OrganizationId) -> bool {
        self.organization == Some(organization) && !self.gone
    }

    /// Whether somebody may see and use it who is known as this owner would be.
    pub fn is_open_to(&self, who: Owner) -> bool {
        match self.visibility {
            Visibility::Organization => true,
            Visibility::Private => who.is_one() && self.owner == who,
        }
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.check.as_ref().map_or(Status::Pending, |check| check.status)
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        if let Order::Connect {
            id,
            organization,
            kind,
            name,
            description,
            owner,
            visibility,
            data,
            needs_authorization,
        } = order
        {
            if self.id.is_some() {
                return Err(Error::Exists);
            }
            let (name, description) = (named(name)?, described(description)?);
            whose(owner, visibility)?;
            let status = if needs_authorization { Status::Pending } else { Status::Connected };
            return Ok(vec![Event::Connected {
                connector_id: id,
                organization_id: organization,
                kind,
                name,
                description,
                owner,
                visibility,
                data,
                status,
                by,
                at,
            }]);
        }
        if self.id.is_none() || self.gone {
            return Err(Error::Unknown);
        }
        match order {
            Order::Connect { .. } => Err(Error::Exists),
            Order::Change(change) => self.change(change, &by, at),
            Order::Note(check) => {
                let recent = self.checked_at.is_some_and(|last| at - last < NOTED_EVERY);
                let is_new = self.check.as_ref() != Some(&check) || !recent;
                Ok(is_new.then_some(Event::Checked { check, by, at }).into_iter().collect())
            }
            Order::StartAuthorization { state_hash, expires_at } => {
                Ok(vec![Event::AuthorizationStarted { state_hash, expires_at, by, at }])
            }
            Order::ReturnAuthorization { state_hash } => match &self.authorization {
                Some(Authorization::Awaited { state_hash: awaited, expires_at, .. })
                    if *awaited == state_hash && at < *expires_at =>
                {
                    Ok(vec![Event::AuthorizationReturned { by, at }])
                }
                Some(Authorization::Awaited { .. } | Authorization::Returned) | None => {
                    Err(Error::NotAwaited)
                }
            },
            Order::Authorize { scopes, key_version, expires_at } => match self.authorization {
                Some(Authorization::Returned) => {
                    Ok(vec![Event::Authorized { scopes, key_version, expires_at, by, at }])
                }
                Some(Authorization::Awaited { .. }) | None => Err(Error::NotAwaited),
            },
            Order::Disconnect => Ok(vec![Event::Disconnected { by, at }]),
        }
    }

    fn change(&self, change: Change, by: &str, at: OffsetDateTime) -> Result<Vec<Event>, Error> {
        let Change { expected_version, name, description, owner, visibility, data } = change;
        if let Some(expected) = expected_version.filter(|expected| *expected != self.version) {
            return Err(Error::Conflict { expected, actual: self.version });
        }
        let by = || by.to_owned();
        let name = name.map_or_else(|| Ok(self.name.clone()), named)?;
        let description = match description {
            Some(text) => described(Some(text).filter(|text| !text.is_empty()))?,
            None => self.description.clone(),
        };
        let (owner, visibility) =
            (owner.unwrap_or(self.owner), visibility.unwrap_or(self.visibility));
        whose(owner, visibility)?;
        let mut events = Vec::new();
        if name != self.name || description != self.description {
            events.push(Event::Renamed { name, description, by: by(), at });
        }
        if owner != self.owner {
            events.push(Event::OwnerChanged { owner, by: by(), at });
        }
        if visibility != self.visibility {
            events.push(Event::Shared { visibility, by: by(), at });
        }
        if let Some(data) = data {
            // Other credentials may work; what the provider has to grant it grants anew.
            let status = match self.status() {
                Status::Pending => Status::Pending,
                Status::Expired => Status::Expired,
                Status::Connected | Status::Failing => Status::Connected,
            };
            events.push(Event::CredentialsReplaced { data, status, by: by(), at });
        }
        Ok(events)
    }
}

impl Aggregate for Connector {
    const TYPE: &'static str = "connector";
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
        self.version += 1;
        match event {
            Event::Connected {
                connector_id,
                organization_id,
                kind,
                name,
                description,
                owner,
                visibility,
                data,
                status,
                by,
                at,
            } => {
                self.id = Some(connector_id);
                self.organization = Some(organization_id);
                self.kind = kind;
                self.name = name;
                self.description = description;
                self.owner = owner;
                self.visibility = visibility;
                self.data = Some(data);
                self.check = Some(Check { status, reason: None });
                self.created_by = by;
                self.created_at = Some(at);
                self.updated_at = Some(at);
            }
            Event::Renamed { name, description, at, .. } => {
                self.name = name;
                self.description = description;
                self.updated_at = Some(at);
            }
            Event::CredentialsReplaced { data, status, at, .. } => {
                self.data = Some(data);
                self.check = Some(Check { status, reason: None });
                self.checked_at = None;
                self.updated_at = Some(at);
            }
            Event::Checked { check, at, .. } => {
                self.check = Some(check);
                self.checked_at = Some(at);
            }
            Event::Shared { visibility, at, .. } => {
                self.visibility = visibility;
                self.updated_at = Some(at);
            }
            Event::OwnerChanged { owner, at, .. } => {
                self.owner = owner;
                self.updated_at = Some(at);
            }
            Event::AuthorizationStarted { state_hash, expires_at, by, .. } => {
                self.authorization = Some(Authorization::Awaited { state_hash, expires_at, by });
            }
            Event::AuthorizationReturned { .. } => {
                self.authorization = Some(Authorization::Returned);
            }
            Event::Authorized { scopes, expires_at, at, .. } => {
                self.authorization = None;
                self.scopes = scopes;
                self.expires_at = expires_at;
                self.check = Some(Check { status: Status::Connected, reason: None });
                self.checked_at = Some(at);
                self.updated_at = Some(at);
            }
            Event::Disconnected { at, .. } => {
                self.gone = true;
                self.updated_at = Some(at);
            }
        }
    }
}

fn named(name: String) -> Result<String, Error> {
    let fits = !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(Error::Name) }
}

fn described(text: Option<String>) -> Result<Option<String>, Error> {
    let fits = |text: &String| {
        text.chars().count() <= MAX_TEXT && !text.chars().any(|it| it.is_control() && it != '\n')
    };
    if text.as_ref().is_none_or(fits) { Ok(text) } else { Err(Error::Description) }
}

fn whose(owner: Owner, visibility: Visibility) -> Result<(), Error> {
    match visibility {
        Visibility::Private if !owner.is_one() => Err(Error::PrivateToNobody),
        Visibility::Private | Visibility::Organization => Ok(()),
    }
}
