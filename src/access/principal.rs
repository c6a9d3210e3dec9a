//! On whose behalf a request is made.

use std::fmt;

use crate::primitives::{OrganizationId, WorkflowId};

/// How somebody was recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The holder of the installation's admin key.
    Admin,
    /// The holder of the secret in a workflow's webhook URL.
    Webhook(WorkflowId),
}

/// Somebody who was recognized, and the organization that the credential belongs to.
///
/// The organization never comes from a request's body or query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    /// The organization in whose name everything is done.
    pub organization: OrganizationId,
    /// How the principal was recognized.
    pub kind: Kind,
}

impl Principal {
    /// The holder of the admin key.
    pub const fn admin() -> Self {
        Self { organization: OrganizationId::DEFAULT, kind: Kind::Admin }
    }

    /// The holder of a workflow's webhook secret.
    pub const fn webhook(organization: OrganizationId, workflow: WorkflowId) -> Self {
        Self { organization, kind: Kind::Webhook(workflow) }
    }
}

/// The actor as an auditor reads it in an event's metadata.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Admin => f.write_str("admin"),
            Kind::Webhook(workflow) => write!(f, "webhook:{workflow}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actor_names_the_credential() {
        let workflow = WorkflowId::from_uuid(uuid::Uuid::max());
        assert_eq!(Principal::admin().to_string(), "admin");
        assert_eq!(
            Principal::webhook(OrganizationId::DEFAULT, workflow).to_string(),
            format!("webhook:{workflow}")
        );
    }
}
