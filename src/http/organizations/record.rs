//! An organization as the API shows it, and what its parts have in common.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::{Permission, Permissions};
use crate::aggregates::organization::Organization;
use crate::http::problem::{Code, Problem};
use crate::primitives::OrganizationId;

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Organization)]
pub struct Record {
    /// Its id: `X-Org-ID` chooses among those that a credential opens.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// When it was founded; null for the one that every installation has.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(super) founded_at: Option<OffsetDateTime>,
}

/// An organization, whose id this is.
pub(in crate::http) fn of(id: OrganizationId, organization: &Organization) -> Record {
    Record {
        id: id.to_string(),
        name: organization.title().to_owned(),
        founded_at: organization.founded_at,
    }
}

/// The permissions of these names, which stand at this place of a body.
pub(in crate::http) fn permissions(place: &str, names: &[String]) -> Result<Permissions, Problem> {
    let wrong = |why: &dyn std::fmt::Display| Problem::new(Code::InvalidBody).at(place, why);
    let permissions = Permissions::parse(names).map_err(|error| wrong(&error))?;
    if permissions.has(Permission::InstallationManage) {
        return Err(wrong(&format_args!(
            "`{}` is the admin key's alone: no organization can give it",
            Permission::InstallationManage
        )));
    }
    Ok(permissions)
}
