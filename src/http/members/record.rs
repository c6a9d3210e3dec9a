//! A member as the API shows it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::organization::{Member, Organization};
use crate::http::problem::{Code, Problem};
use crate::primitives::UserId;

/// A person who belongs to the organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub struct Record {
    /// The person.
    #[schema(example = "user_01h455vb4pex5vsknk084sn02q")]
    pub(super) user_id: String,
    /// The role: `owner`, `admin`, `developer`, `operator`, `viewer`, or the id of one of the
    /// organization's own.
    role: String,
    /// What people call the role.
    role_name: String,
    /// What the person may do here.
    permissions: Vec<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

/// A member who was removed, or left.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RemovedMember)]
pub struct Removed {
    /// The person.
    pub(super) user_id: String,
}

/// A member of this organization.
pub(super) fn of(organization: &Organization, user: UserId, member: &Member) -> Record {
    Record {
        user_id: user.to_string(),
        role: member.role.to_string(),
        role_name: organization.role_name(member.role),
        permissions: organization.role(member.role).unwrap_or_default().names(),
        since: member.since,
    }
}

/// A member by the id of the person.
pub(super) fn find(organization: &Organization, user: UserId) -> Result<Record, Problem> {
    let member = organization.members.get(&user);
    let member = member.ok_or_else(|| Problem::new(Code::MemberNotFound))?;
    Ok(of(organization, user, member))
}
