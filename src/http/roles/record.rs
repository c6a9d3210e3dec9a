//! A role as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Role, RoleRef};
use crate::aggregates::organization::Organization;
use crate::http::problem::{Code, Problem};
use crate::primitives::RoleId;

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Role)]
pub struct Record {
    /// What members and invitations name it by.
    #[schema(example = "developer")]
    pub(super) id: String,
    /// What people call it.
    name: String,
    /// Whether every organization has it; then it never changes.
    is_built_in: bool,
    /// What its holders may do.
    permissions: Vec<String>,
    /// How many members have it.
    members: usize,
}

/// A role that was removed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovedRole)]
pub struct Removed {
    /// The role.
    pub(super) id: String,
}

/// A role by its name.
pub(super) fn of(organization: &Organization, role: RoleRef) -> Result<Record, Problem> {
    let permissions = organization.role(role);
    let permissions = permissions.ok_or_else(|| Problem::new(Code::RoleNotFound))?;
    Ok(Record {
        id: role.to_string(),
        name: organization.role_name(role),
        is_built_in: match role {
            RoleRef::BuiltIn(_) => true,
            RoleRef::Custom(_) => false,
        },
        permissions: permissions.names(),
        members: organization.members.values().filter(|member| member.role == role).count(),
    })
}

/// All roles: those that every organization has first.
pub(super) fn all(organization: &Organization) -> Result<Vec<Record>, Problem> {
    let own = organization.roles.keys().copied().map(RoleRef::Custom);
    let all = Role::ALL.into_iter().map(RoleRef::BuiltIn).chain(own);
    all.map(|role| of(organization, role)).collect()
}

/// A role of the organization's own.
pub(super) fn own(organization: &Organization, id: RoleId) -> Result<Record, Problem> {
    of(organization, RoleRef::Custom(id))
}
