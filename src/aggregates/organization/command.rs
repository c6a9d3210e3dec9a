//! What an organization can be told to do.

use time::OffsetDateTime;

use crate::access::{KeyHash, Permissions, RoleRef};
use crate::primitives::{InvitationId, OrganizationId, RoleId, ServiceAccountId, UserId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// To which organization it is given.
    pub organization: OrganizationId,
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// What that one may do there: nobody gives, or takes from others, what he does not have.
    pub rights: Permissions,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done with the organization.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring it into being.
    Found {
        /// Its name.
        name: String,
        /// Its first owner, where a person founds it.
        owner: Option<UserId>,
    },
    /// Give it another name.
    Rename(String),
    /// Make a role.
    DefineRole {
        /// The id it will have.
        id: RoleId,
        /// What people call it.
        name: String,
        /// What its holders may do.
        permissions: Permissions,
    },
    /// Change a role, for all who hold it.
    ChangeRole {
        /// Which one.
        id: RoleId,
        /// What people call it; as before when absent.
        name: Option<String>,
        /// What its holders may do; as before when absent.
        permissions: Option<Permissions>,
    },
    /// Remove a role that nobody holds.
    RemoveRole(RoleId),
    /// Invite a person.
    Invite {
        /// The id that the invitation will have.
        id: InvitationId,
        /// What is kept of its token.
        hash: KeyHash,
        /// The address of the person.
        email: String,
        /// The role that the person will have.
        role: RoleRef,
    },
    /// Take an invitation back.
    RevokeInvitation(InvitationId),
    /// Become a member by an invitation.
    Accept {
        /// The invitation.
        id: InvitationId,
        /// What is kept of the token that was shown.
        hash: KeyHash,
        /// Who accepts.
        user: UserId,
        /// The address that this person has proved to have.
        email: String,
    },
    /// Give a member another role.
    ChangeMember {
        /// Which member.
        user: UserId,
        /// The role.
        role: RoleRef,
    },
    /// Remove a member.
    RemoveMember(UserId),
    /// Stop being a member.
    Leave(UserId),
    /// Make an account for a program.
    AddAccount {
        /// The id it will have.
        id: ServiceAccountId,
        /// What people call it.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// What its keys may do at most.
        permissions: Permissions,
    },
    /// Change an account, for all its keys.
    ChangeAccount {
        /// Which one.
        id: ServiceAccountId,
        /// What people call it; as before when absent.
        name: Option<String>,
        /// What it is for; as before when absent.
        description: Option<String>,
        /// What its keys may do at most; as before when absent.
        permissions: Option<Permissions>,
    },
    /// Remove an account: its keys open nothing any more.
    RemoveAccount(ServiceAccountId),
}
