use actix_web::web::{Data, Path};

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::OrganizationId;

/// The organization that the credential opens.
#[utoipa::path(
    get,
    operation_id = "get_organization",
    path = "/v1/organizations/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The organization, the same as in `X-Org-ID`")),
    responses(
        (status = 200, description = "The organization", body = Envelope<Record>),
        (status = 404, description = "No such organization", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<OrganizationId>,
    _: Params<Nothing>,
) -> Result<Answer<Record>, Problem> {
    order::must_be_own(&who, *id)?;
    let organization = order::own(&api, &who).await?;
    Ok(Answer::ok(record::of(*id, &organization.aggregate)))
}
