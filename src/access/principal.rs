//! On whose behalf a request is made.

use std::fmt;

use super::permission::{Permission, Permissions};
use crate::primitives::{ApiKeyId, OrganizationId, ServiceAccountId, UserId, WorkflowId};

/// Who somebody is, by the credential that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The holder of the installation's admin key.
    Admin,
    /// The holder of the secret in a workflow's webhook URL.
    Webhook(WorkflowId),
    /// Whoever executes a public workflow.
    Public(WorkflowId),
    /// A person who is logged in.
    User(UserId),
    /// A program, by one of the keys of its service account.
    ServiceAccount(ServiceAccountId),
    /// The holder of an API key of a person.
    ApiKey(ApiKeyId),
}

/// Somebody who was recognized, where, and what may be done there.
///
/// The organization comes from the credential, never from a request's body or query: the header
/// `X-Org-ID` only chooses among those that the credential opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    /// The organization in whose name everything is done.
    pub organization: OrganizationId,
    /// Who it is.
    pub actor: Actor,
    /// What may be done there.
    pub permissions: Permissions,
}

impl Principal {
    /// The holder of the admin key, in this organization.
    pub const fn admin(organization: OrganizationId) -> Self {
        Self { organization, actor: Actor::Admin, permissions: Permissions::ALL }
    }

    /// The holder of a workflow's webhook secret, which opens that workflow and nothing else.
    pub const fn webhook(organization: OrganizationId, workflow: WorkflowId) -> Self {
        Self { organization, actor: Actor::Webhook(workflow), permissions: Permissions::NONE }
    }

    /// Whoever executes a public workflow: it opens that and nothing else.
    pub const fn public(organization: OrganizationId, workflow: WorkflowId) -> Self {
        Self { organization, actor: Actor::Public(workflow), permissions: Permissions::NONE }
    }

    /// Whether everything in the organization is its holder's business, private workflows included.
    pub const fn sees_all(&self) -> bool {
        self.permissions.has(Permission::MembersManage)
    }
}

/// The actor as an auditor reads it in an event's metadata.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin"),
            Self::Webhook(workflow) => write!(f, "webhook:{workflow}"),
            Self::Public(workflow) => write!(f, "public:{workflow}"),
            Self::User(user) => write!(f, "{user}"),
            Self::ServiceAccount(account) => write!(f, "{account}"),
            Self::ApiKey(key) => write!(f, "{key}"),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actor.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actor_names_the_credential() {
        let workflow = WorkflowId::from_uuid(uuid::Uuid::max());
        assert_eq!(Principal::admin(OrganizationId::DEFAULT).to_string(), "admin");
        assert_eq!(
            Principal::webhook(OrganizationId::DEFAULT, workflow).to_string(),
            format!("webhook:{workflow}")
        );
        let account = ServiceAccountId::generate();
        assert_eq!(Actor::ServiceAccount(account).to_string(), account.to_string());
    }

    #[test]
    fn a_webhook_secret_gives_no_permission() {
        let who = Principal::webhook(OrganizationId::DEFAULT, WorkflowId::generate());
        assert!(who.permissions.is_empty());
    }
}
