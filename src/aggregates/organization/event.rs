//! What happened to an organization. Stored for ever: a changed shape is a new version and an
//! upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::access::{KeyHash, RoleRef};
use crate::primitives::{InvitationId, OrganizationId, RoleId, ServiceAccountId, UserId};

/// A fact of an organization's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The organization came into being.
    Founded {
        /// Its id.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// Its first owner, where a person founded it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<UserId>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It has another name.
    Renamed {
        /// The name.
        name: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A role was made.
    RoleDefined {
        /// Which one.
        role_id: RoleId,
        /// What people call it.
        name: String,
        /// What its holders may do.
        permissions: Vec<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A role is another one, for all who hold it.
    RoleChanged {
        /// Which one.
        role_id: RoleId,
        /// What people call it.
        name: String,
        /// What its holders may do.
        permissions: Vec<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A role is no more.
    RoleRemoved {
        /// Which one.
        role_id: RoleId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A person was invited. The token was shown once and is nowhere.
    Invited {
        /// The invitation.
        invitation_id: InvitationId,
        /// The SHA-256 of its token.
        hash: KeyHash,
        /// The address of the person, in small letters.
        email: String,
        /// The role that the person will have.
        role: RoleRef,
        /// From when on the token opens nothing.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An invitation was taken back.
    InvitationRevoked {
        /// Which one.
        invitation_id: InvitationId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A person became a member by an invitation.
    Joined {
        /// Who.
        user_id: UserId,
        /// The role.
        role: RoleRef,
        /// The invitation.
        invitation_id: InvitationId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A member has another role.
    MemberChanged {
        /// Who.
        user_id: UserId,
        /// The role.
        role: RoleRef,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A member is none any more. The open invitations by this person are void.
    MemberRemoved {
        /// Who.
        user_id: UserId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A member is none any more, by the own wish. The open invitations by this person are void.
    Left {
        /// Who.
        user_id: UserId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A program has an account.
    ServiceAccountAdded {
        /// Which one.
        service_account_id: ServiceAccountId,
        /// What people call it.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// What its keys may do at most.
        permissions: Vec<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An account is another one, for all its keys.
    ServiceAccountChanged {
        /// Which one.
        service_account_id: ServiceAccountId,
        /// What people call it.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// What its keys may do at most.
        permissions: Vec<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An account is no more, and its keys open nothing.
    ServiceAccountRemoved {
        /// Which one.
        service_account_id: ServiceAccountId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 14] = [
        "founded",
        "renamed",
        "role_defined",
        "role_changed",
        "role_removed",
        "invited",
        "invitation_revoked",
        "joined",
        "member_changed",
        "member_removed",
        "left",
        "service_account_added",
        "service_account_changed",
        "service_account_removed",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Founded { .. } => "founded",
            Self::Renamed { .. } => "renamed",
            Self::RoleDefined { .. } => "role_defined",
            Self::RoleChanged { .. } => "role_changed",
            Self::RoleRemoved { .. } => "role_removed",
            Self::Invited { .. } => "invited",
            Self::InvitationRevoked { .. } => "invitation_revoked",
            Self::Joined { .. } => "joined",
            Self::MemberChanged { .. } => "member_changed",
            Self::MemberRemoved { .. } => "member_removed",
            Self::Left { .. } => "left",
            Self::ServiceAccountAdded { .. } => "service_account_added",
            Self::ServiceAccountChanged { .. } => "service_account_changed",
            Self::ServiceAccountRemoved { .. } => "service_account_removed",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
