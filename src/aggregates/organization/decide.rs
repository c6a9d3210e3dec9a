//! What an organization answers to orders. Nobody gives what he does not have, nor takes it from
//! those who have more; and an organization that has owners keeps one.

use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use super::state::{
    INVITATION_LASTS, MAX_ACCOUNTS, MAX_EMAIL, MAX_INVITATIONS, MAX_MEMBERS, MAX_NAME, MAX_ROLES,
    MAX_TEXT, Organization,
};
use crate::access::{KeyHash, Permissions, Role, RoleRef};
use crate::primitives::{InvitationId, RoleId, ServiceAccountId, UserId};

/// Who gives an order, and when.
struct Giver {
    by: String,
    rights: Permissions,
    at: OffsetDateTime,
}

impl Giver {
    /// Refuses what goes beyond what the giver may do.
    fn must_have(&self, permissions: Permissions) -> Result<(), Error> {
        let beyond = permissions.beyond(self.rights);
        if beyond.is_empty() { Ok(()) } else { Err(Error::Beyond(beyond)) }
    }
}

impl Organization {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let Command { organization, by, rights, at, order } = command;
        let giver = Giver { by, rights, at };
        if let Order::Found { name, owner } = order {
            if self.is_there(organization) {
                return Err(Error::Exists);
            }
            let (name, by) = (named(name)?, giver.by);
            return Ok(vec![Event::Founded { organization_id: organization, name, owner, by, at }]);
        }
        if !self.is_there(organization) {
            return Err(Error::Unknown);
        }
        let event = match order {
            Order::Found { .. } => return Err(Error::Exists),
            Order::Rename(name) => {
                let name = named(name)?;
                let is_new = self.name.as_deref() != Some(&*name);
                is_new.then_some(Event::Renamed { name, by: giver.by, at })
            }
            Order::DefineRole { id, name, permissions } => {
                Some(self.define_role(giver, id, name, permissions)?)
            }
            Order::ChangeRole { id, name, permissions } => {
                self.change_role(giver, id, name, permissions)?
            }
            Order::RemoveRole(id) => Some(self.remove_role(giver, id)?),
            Order::Invite { id, hash, email, role } => {
                Some(self.invite(giver, (id, hash), &email, role)?)
            }
            Order::RevokeInvitation(id) => {
                let invitation = self.invitations.get(&id).ok_or(Error::NoSuchInvitation)?;
                giver.must_have(self.role(invitation.role).unwrap_or_default())?;
                Some(Event::InvitationRevoked { invitation_id: id, by: giver.by, at })
            }
            Order::Accept { id, hash, user, email } => {
                Some(self.accept(giver, (id, hash), user, &email)?)
            }
            Order::ChangeMember { user, role } => self.change_member(giver, user, role)?,
            Order::RemoveMember(user) => {
                giver.must_have(self.member(user).ok_or(Error::NoSuchMember)?)?;
                self.must_keep_an_owner(user)?;
                Some(Event::MemberRemoved { user_id: user, by: giver.by, at })
            }
            Order::Leave(user) => {
                self.member(user).ok_or(Error::NoSuchMember)?;
                self.must_keep_an_owner(user)?;
                Some(Event::Left { user_id: user, by: giver.by, at })
            }
            Order::AddAccount { id, name, description, permissions } => {
                Some(self.add_account(giver, id, (name, description), permissions)?)
            }
            Order::ChangeAccount { id, name, description, permissions } => {
                self.change_account(giver, id, (name, description), permissions)?
            }
            Order::RemoveAccount(id) => {
                self.account(id).ok_or(Error::NoSuchAccount)?;
                Some(Event::ServiceAccountRemoved { service_account_id: id, by: giver.by, at })
            }
        };
        Ok(event.into_iter().collect())
    }

    fn define_role(
        &self,
        giver: Giver,
        role_id: RoleId,
        name: String,
        permissions: Permissions,
    ) -> Result<Event, Error> {
        if self.roles.len() >= MAX_ROLES {
            return Err(Error::Roles);
        }
        let name = self.role_called(role_id, name)?;
        giver.must_have(permissions)?;
        let (permissions, by, at) = (permissions.names(), giver.by, giver.at);
        Ok(Event::RoleDefined { role_id, name, permissions, by, at })
    }

    fn change_role(
        &self,
        giver: Giver,
        role_id: RoleId,
        name: Option<String>,
        permissions: Option<Permissions>,
    ) -> Result<Option<Event>, Error> {
        let role = self.roles.get(&role_id).ok_or(Error::NoSuchRole)?;
        let before = role.permissions();
        let after = permissions.unwrap_or(before);
        // What is taken away is taken from those who hold it, who may have more than the giver.
        giver.must_have(before.union(after))?;
        let name = name.map_or(Ok(role.name.clone()), |name| self.role_called(role_id, name))?;
        if name == role.name && after == before {
            return Ok(None);
        }
        let (permissions, by, at) = (after.names(), giver.by, giver.at);
        Ok(Some(Event::RoleChanged { role_id, name, permissions, by, at }))
    }

    fn remove_role(&self, giver: Giver, role_id: RoleId) -> Result<Event, Error> {
        let role = self.roles.get(&role_id).ok_or(Error::NoSuchRole)?;
        giver.must_have(role.permissions())?;
        let wanted = RoleRef::Custom(role_id);
        let is_held = self.members.values().any(|member| member.role == wanted)
            || self.open_invitations(giver.at).any(|(_, invitation)| invitation.role == wanted);
        if is_held {
            return Err(Error::RoleInUse);
        }
        Ok(Event::RoleRemoved { role_id, by: giver.by, at: giver.at })
    }

    fn role_called(&self, id: RoleId, name: String) -> Result<String, Error> {
        let name = named(name)?;
        let built_in = Role::ALL.iter().any(|role| role.name() == name.to_lowercase());
        let is_taken = |(other, role): (&RoleId, &super::CustomRole)| {
            *other != id && role.name.to_lowercase() == name.to_lowercase()
        };
        if built_in || self.roles.iter().any(is_taken) {
            return Err(Error::NameTaken(name));
        }
        Ok(name)
    }

    fn invite(
        &self,
        giver: Giver,
        (invitation_id, hash): (InvitationId, KeyHash),
        email: &str,
        role: RoleRef,
    ) -> Result<Event, Error> {
        let email = address(email)?;
        giver.must_have(self.role(role).ok_or(Error::NoSuchRole)?)?;
        if self.open_invitations(giver.at).count() >= MAX_INVITATIONS {
            return Err(Error::Invitations);
        }
        let (by, at, expires_at) = (giver.by, giver.at, giver.at + INVITATION_LASTS);
        Ok(Event::Invited { invitation_id, hash, email, role, expires_at, by, at })
    }

    /// One order for all that is wrong with a token, so that nobody learns what became of it.
    fn accept(
        &self,
        giver: Giver,
        (invitation_id, hash): (InvitationId, KeyHash),
        user_id: UserId,
        email: &str,
    ) -> Result<Event, Error> {
        let invitation = self.open_invitation(&hash, giver.at).ok_or(Error::NoSuchInvitation)?;
        if invitation.email != email.to_lowercase() {
            return Err(Error::NoSuchInvitation);
        }
        let role = invitation.role;
        self.role(role).ok_or(Error::NoSuchRole)?;
        if self.members.contains_key(&user_id) {
            return Err(Error::MemberAlready);
        }
        if self.members.len() >= MAX_MEMBERS {
            return Err(Error::Members);
        }
        Ok(Event::Joined { user_id, role, invitation_id, by: giver.by, at: giver.at })
    }

    fn change_member(
        &self,
        giver: Giver,
        user_id: UserId,
        role: RoleRef,
    ) -> Result<Option<Event>, Error> {
        let before = self.members.get(&user_id).ok_or(Error::NoSuchMember)?;
        let had = self.role(before.role).unwrap_or_default();
        giver.must_have(had.union(self.role(role).ok_or(Error::NoSuchRole)?))?;
        if before.role == role {
            return Ok(None);
        }
        self.must_keep_an_owner(user_id)?;
        Ok(Some(Event::MemberChanged { user_id, role, by: giver.by, at: giver.at }))
    }

    /// Refuses to lose the only owner.
    fn must_keep_an_owner(&self, user: UserId) -> Result<(), Error> {
        let owner = RoleRef::BuiltIn(Role::Owner);
        let is_owner = self.members.get(&user).is_some_and(|member| member.role == owner);
        if is_owner && self.owners() == 1 { Err(Error::LastOwner) } else { Ok(()) }
    }

    fn add_account(
        &self,
        giver: Giver,
        service_account_id: ServiceAccountId,
        (name, description): (String, Option<String>),
        permissions: Permissions,
    ) -> Result<Event, Error> {
        if self.accounts.len() >= MAX_ACCOUNTS {
            return Err(Error::Accounts);
        }
        let name = self.account_called(service_account_id, name)?;
        let description = described(description)?;
        giver.must_have(permissions)?;
        let (permissions, by, at) = (permissions.names(), giver.by, giver.at);
        Ok(Event::ServiceAccountAdded {
            service_account_id,
            name,
            description,
            permissions,
            by,
            at,
        })
    }

    fn change_account(
        &self,
        giver: Giver,
        service_account_id: ServiceAccountId,
        (name, description): (Option<String>, Option<String>),
        permissions: Option<Permissions>,
    ) -> Result<Option<Event>, Error> {
        let account = self.accounts.get(&service_account_id).ok_or(Error::NoSuchAccount)?;
        let before = account.permissions();
        let after = permissions.unwrap_or(before);
        // What goes to its keys must be one's own; what is taken from a program is no harm.
        giver.must_have(after.beyond(before))?;
        let called = |name| self.account_called(service_account_id, name);
        let name = name.map_or(Ok(account.name.clone()), called)?;
        let description = match description {
            Some(text) => described(Some(text))?,
            None => account.description.clone(),
        };
        if name == account.name && description == account.description && after == before {
            return Ok(None);
        }
        let (permissions, by, at) = (after.names(), giver.by, giver.at);
        Ok(Some(Event::ServiceAccountChanged {
            service_account_id,
            name,
            description,
            permissions,
            by,
            at,
        }))
    }

    fn account_called(&self, id: ServiceAccountId, name: String) -> Result<String, Error> {
        let name = named(name)?;
        let is_taken = self.accounts.iter().any(|(other, it)| *other != id && it.name == name);
        if is_taken { Err(Error::NameTaken(name)) } else { Ok(name) }
    }
}

fn named(name: String) -> Result<String, Error> {
    let is_bounded = (1..=MAX_NAME).contains(&name.chars().count());
    if is_bounded && !name.trim().is_empty() && is_plain(&name) {
        Ok(name)
    } else {
        Err(Error::Name)
    }
}

fn described(text: Option<String>) -> Result<Option<String>, Error> {
    let fits = |text: &String| text.chars().count() <= MAX_TEXT && is_plain(text);
    if text.as_ref().is_none_or(fits) { Ok(text) } else { Err(Error::Description) }
}

/// Whether a text is what it looks like, in a log as in a terminal.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// An address in the one form in which it is compared.
fn address(text: &str) -> Result<String, Error> {
    let is_blank = |letter: char| letter.is_whitespace() || letter.is_control();
    let parts = text
        .split_once('@')
        .filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if parts.is_none() || text.chars().count() > MAX_EMAIL || text.chars().any(is_blank) {
        return Err(Error::Email);
    }
    Ok(text.to_lowercase())
}
