use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::OrganizationId;

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RenameOrganization {
    /// The name: 1 to 100 characters.
    name: String,
}

/// Gives the organization another name.
#[utoipa::path(
    put,
    operation_id = "rename_organization",
    path = "/v1/organizations/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The organization, the same as in `X-Org-ID`")),
    request_body = RenameOrganization,
    responses(
        (status = 200, description = "Renamed", body = Envelope<Record>),
        (status = 404, description = "No such organization", body = Document),
        (status = 422, description = "The name is none", body = Document),
    ),
)]
pub async fn rename(
    api: Data<Api>,
    who: Principal,
    id: Path<OrganizationId>,
    key: IdempotencyKey,
    body: Body<RenameOrganization>,
) -> Result<Answer<Record>, Problem> {
    order::must_be_own(&who, *id)?;
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let carried = order::order(&api, &who, turn, Order::Rename(body.content.name)).await?;
    let record = record::of(*id, &carried.organization.aggregate);
    Ok(Answer::ok(record).written(carried.written).replayed(carried.replayed))
}
