//! The organization as its events made it.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::Command;
use super::error::Error;
use super::event::Event;
use crate::access::{KeyHash, Permissions, Role, RoleRef};
use crate::primitives::{InvitationId, OrganizationId, RoleId, ServiceAccountId, UserId};

/// How many characters a name may have.
pub const MAX_NAME: usize = 100;
/// How many characters a description may have.
pub const MAX_TEXT: usize = 500;
/// How many characters an address may have: what mail itself carries.
pub(super) const MAX_EMAIL: usize = 254;
/// How many members an organization has at most: each request of one of them reads them all, once.
pub const MAX_MEMBERS: usize = 2_000;
/// How many roles of its own it has at most.
pub const MAX_ROLES: usize = 50;
/// How many open invitations it has at most.
pub const MAX_INVITATIONS: usize = 200;
/// How many accounts for programs it has at most.
pub const MAX_ACCOUNTS: usize = 200;
/// How long an invitation can be accepted.
pub const INVITATION_LASTS: Duration = Duration::days(7);

/// A person who belongs to an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// In which role.
    pub role: RoleRef,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A role that an organization made for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// What people call it.
    pub name: String,
    /// What its holders may do, by name.
    pub permissions: Vec<String>,
}

/// A person who may become a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The SHA-256 of its token.
    pub hash: KeyHash,
    /// The address of the person.
    pub email: String,
    /// The role that the person will have.
    pub role: RoleRef,
    /// Who invites.
    pub by: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// From when on the token opens nothing.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// The account of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What its keys may do at most, by name.
    pub permissions: Vec<String>,
    /// Who made it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An organization, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// When it came into being; the one that every installation has never did.
    #[serde(with = "time::serde::rfc3339::option")]
    pub founded_at: Option<OffsetDateTime>,
    /// Its name; none while the one that every installation has was not given one.
    pub name: Option<String>,
    /// Who belongs to it.
    pub members: BTreeMap<UserId, Member>,
    /// Its own roles.
    pub roles: BTreeMap<RoleId, CustomRole>,
    /// Who may become a member. Some may have expired.
    pub invitations: BTreeMap<InvitationId, Invitation>,
    /// The accounts of its programs.
    pub accounts: BTreeMap<ServiceAccountId, Account>,
}

impl Organization {
    /// Whether there is an organization of this id, whose state this is.
    pub fn is_there(&self, id: OrganizationId) -> bool {
        self.founded_at.is_some() || id == OrganizationId::DEFAULT
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or("Default")
    }

    /// What a member may do; `None`: there is no such member.
    pub fn member(&self, user: UserId) -> Option<Permissions> {
        self.members.get(&user).map(|member| self.role(member.role).unwrap_or_default())
    }

    /// What the keys of a program's account may do at most; `None`: there is no such account.
    pub fn account(&self, account: ServiceAccountId) -> Option<Permissions> {
        self.accounts.get(&account).map(Account::permissions)
    }

    /// What the holders of a role may do; `None`: there is no such role.
    pub fn role(&self, role: RoleRef) -> Option<Permissions> {
        match role {
            RoleRef::BuiltIn(role) => Some(role.permissions()),
            RoleRef::Custom(id) => self.roles.get(&id).map(CustomRole::permissions),
        }
    }

    /// What people call a role.
    pub fn role_name(&self, role: RoleRef) -> String {
        match role {
            RoleRef::BuiltIn(role) => role.name().to_owned(),
            RoleRef::Custom(id) => {
                self.roles.get(&id).map(|it| it.name.clone()).unwrap_or_default()
            }
        }
    }

    /// The invitation whose token has this hash, if it can still be accepted.
    pub fn open_invitation(&self, hash: &KeyHash, now: OffsetDateTime) -> Option<&Invitation> {
        let invitation = self.invitations.get(&hash.invitation())?;
        (invitation.hash.is(hash) && now < invitation.expires_at).then_some(invitation)
    }

    /// The invitations that can still be accepted.
    pub fn open_invitations(
        &self,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&InvitationId, &Invitation)> {
        self.invitations.iter().filter(move |(_, invitation)| now < invitation.expires_at)
    }

    pub(super) fn owners(&self) -> usize {
        let owner = RoleRef::BuiltIn(Role::Owner);
        self.members.values().filter(|member| member.role == owner).count()
    }

    fn let_go(&mut self, user: UserId) {
        self.members.remove(&user);
        let by = user.to_string();
        self.invitations.retain(|_, invitation| invitation.by != by);
    }
}

impl CustomRole {
    /// What its holders may do.
    pub fn permissions(&self) -> Permissions {
        own(&self.permissions)
    }
}

impl Account {
    /// What its keys may do at most.
    pub fn permissions(&self) -> Permissions {
        own(&self.permissions)
    }
}

/// The permissions of these names, as far as an organization can give them.
fn own(names: &[String]) -> Permissions {
    Permissions::known(names).intersection(Permissions::ORGANIZATION)
}

impl Aggregate for Organization {
    const TYPE: &'static str = "organization";
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
            Event::Founded { name, owner, at, .. } => {
                self.founded_at = Some(at);
                self.name = Some(name);
                let role = RoleRef::BuiltIn(Role::Owner);
                self.members.extend(owner.map(|user| (user, Member { role, since: at })));
            }
            Event::Renamed { name, .. } => self.name = Some(name),
            Event::RoleDefined { role_id, name, permissions, .. }
            | Event::RoleChanged { role_id, name, permissions, .. } => {
                self.roles.insert(role_id, CustomRole { name, permissions });
            }
            Event::RoleRemoved { role_id, .. } => {
                self.roles.remove(&role_id);
            }
            Event::Invited { invitation_id, hash, email, role, expires_at, by, at } => {
                // What has expired is forgotten when there is something new to remember.
                self.invitations.retain(|_, invitation| at < invitation.expires_at);
                let invitation = Invitation { hash, email, role, by, at, expires_at };
                self.invitations.insert(invitation_id, invitation);
            }
            Event::InvitationRevoked { invitation_id, .. } => {
                self.invitations.remove(&invitation_id);
            }
            Event::Joined { user_id, role, invitation_id, at, .. } => {
                self.invitations.remove(&invitation_id);
                self.members.insert(user_id, Member { role, since: at });
            }
            Event::MemberChanged { user_id, role, .. } => {
                if let Some(member) = self.members.get_mut(&user_id) {
                    member.role = role;
                }
            }
            Event::MemberRemoved { user_id, .. } | Event::Left { user_id, .. } => {
                self.let_go(user_id);
            }
            Event::ServiceAccountAdded {
                service_account_id,
                name,
                description,
                permissions,
                by,
                at,
            } => {
                let account = Account { name, description, permissions, by, at };
                self.accounts.insert(service_account_id, account);
            }
            Event::ServiceAccountChanged {
                service_account_id,
                name,
                description,
                permissions,
                ..
            } => {
                if let Some(account) = self.accounts.get_mut(&service_account_id) {
                    account.name = name;
                    account.description = description;
                    account.permissions = permissions;
                }
            }
            Event::ServiceAccountRemoved { service_account_id, .. } => {
                self.accounts.remove(&service_account_id);
            }
        }
    }
}
