use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::people::Visitor;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::projections::access::memberships_of;

/// How many are listed at most.
const MAX_LISTED: i64 = 100;

/// An organization to which one belongs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnOrganization {
    /// Its id, for `X-Org-ID`.
    id: String,
    /// Its name.
    name: String,
    /// What one may do there, by name.
    permissions: Vec<String>,
}

/// The organizations to which one belongs.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnOrganizations {
    /// By their ids, at most 100.
    items: Vec<OwnOrganization>,
}

/// Where one belongs, to choose from with `X-Org-ID`.
#[utoipa::path(
    get,
    operation_id = "list_own_organizations",
    path = "/v1/auth/organizations",
    tag = "auth",
    responses((status = 200, description = "The organizations", body = Envelope<OwnOrganizations>)),
)]
pub async fn organizations(
    api: Data<Api>,
    who: Visitor,
) -> Result<Answer<OwnOrganizations>, Problem> {
    let mut items = Vec::new();
    for id in memberships_of(&api.house, who.user, MAX_LISTED).await? {
        let known = api.directory.organization(id).await?;
        // The list may be a moment behind; the organization is not.
        let Some(permissions) = known.aggregate.member(who.user) else { continue };
        items.push(OwnOrganization {
            id: id.to_string(),
            name: known.aggregate.title().to_owned(),
            permissions: permissions.names(),
        });
    }
    Ok(Answer::ok(OwnOrganizations { items }))
}
