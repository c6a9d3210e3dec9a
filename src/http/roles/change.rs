use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::organizations::record::permissions;
use crate::http::problem::{Document, Problem};
use crate::primitives::RoleId;

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeRole {
    /// What people call it, as before when absent.
    name: Option<String>,
    /// What its holders may do, as before when absent.
    permissions: Option<Vec<String>>,
}

/// Changes a role of the organization's own, for all who hold it, from their next request on.
#[utoipa::path(
    put,
    operation_id = "change_role",
    path = "/v1/organization/roles/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The role")),
    request_body = ChangeRole,
    responses(
        (status = 200, description = "Changed", body = Envelope<Record>),
        (status = 404, description = "No such role", body = Document),
        (status = 409, description = "The name is taken", body = Document),
    ),
)]
pub async fn change(
    api: Data<Api>,
    who: Principal,
    id: Path<RoleId>,
    key: IdempotencyKey,
    body: Body<ChangeRole>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let ChangeRole { name, permissions: names } = body.content;
    let permissions = names.map(|names| permissions("/permissions", &names)).transpose()?;
    let change = Order::ChangeRole { id: *id, name, permissions };
    let carried = order::order(&api, &who, turn, change).await?;
    let record = record::own(&carried.organization.aggregate, *id)?;
    Ok(Answer::ok(record).written(carried.written).replayed(carried.replayed))
}
