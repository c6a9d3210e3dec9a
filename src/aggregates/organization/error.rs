//! Why an organization refuses an order.

use super::state::{
    MAX_ACCOUNTS, MAX_EMAIL, MAX_INVITATIONS, MAX_MEMBERS, MAX_NAME, MAX_ROLES, MAX_TEXT,
};
use crate::access::Permissions;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such organization.
    #[error("this organization does not exist")]
    Unknown,
    /// There is one with this id.
    #[error("this organization exists already")]
    Exists,
    /// The name is none.
    #[error("a name has 1 to {MAX_NAME} characters and no control characters")]
    Name,
    /// The description is too long, or lies.
    #[error("a description has at most {MAX_TEXT} characters and no control characters")]
    Description,
    /// The address is none.
    #[error("an e-mail address has one `@`, at most {MAX_EMAIL} characters, and no blanks")]
    Email,
    /// Another one is called so.
    #[error("the name `{0}` is taken")]
    NameTaken(String),
    /// There is no such role.
    #[error("the organization has no such role")]
    NoSuchRole,
    /// There is no such member.
    #[error("the organization has no such member")]
    NoSuchMember,
    /// There is no such invitation any more. What became of it is not told to who shows a token.
    #[error("there is no such invitation: it may have been used, revoked, or have expired")]
    NoSuchInvitation,
    /// There is no such account.
    #[error("the organization has no such service account")]
    NoSuchAccount,
    /// It is a member already.
    #[error("is a member already")]
    MemberAlready,
    /// Somebody holds the role, or is invited to it.
    #[error("members or invitations have this role: give them another one first")]
    RoleInUse,
    /// Nobody would own the organization.
    #[error("this is the last owner: make somebody else an owner first")]
    LastOwner,
    /// It would give, or take from others, what one does not have.
    #[error("this takes permissions that you do not have yourself: {}", .0.names().join(", "))]
    Beyond(Permissions),
    /// There are enough members.
    #[error("an organization has at most {MAX_MEMBERS} members")]
    Members,
    /// There are enough roles.
    #[error("an organization has at most {MAX_ROLES} roles of its own")]
    Roles,
    /// There are enough invitations.
    #[error("an organization has at most {MAX_INVITATIONS} open invitations")]
    Invitations,
    /// There are enough accounts.
    #[error("an organization has at most {MAX_ACCOUNTS} service accounts")]
    Accounts,
}
