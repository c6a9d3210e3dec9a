use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::{Event, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::organizations::record::permissions;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::RoleId;

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DefineRole {
    /// What people call it: 1 to 100 characters.
    name: String,
    /// What its holders may do: none that you do not have yourself. `docs/access.md` lists them.
    permissions: Vec<String>,
}

/// Makes a role of the organization's own.
#[utoipa::path(
    post,
    operation_id = "define_role",
    path = "/v1/organization/roles",
    tag = "organizations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = DefineRole,
    responses(
        (status = 201, description = "Made", body = Envelope<Record>),
        (status = 409, description = "The name is taken, or there are enough", body = Document),
        (status = 422, description = "There is no such permission", body = Document),
    ),
)]
pub async fn define(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<DefineRole>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let permissions = permissions("/permissions", &body.content.permissions)?;
    let define = Order::DefineRole { id: RoleId::generate(), name: body.content.name, permissions };
    let carried = order::order(&api, &who, turn, define).await?;
    let Some(Event::RoleDefined { role_id, .. }) = carried.event else {
        return Err(Problem::internal("a role was made without an event that says so"));
    };
    let record = record::own(&carried.organization.aggregate, role_id);
    // It may have been removed before it was asked for a second time.
    let record = record.map_err(|_| Problem::new(Code::RoleNotFound))?;
    let created = Answer::created(record, format!("/v1/organization/roles/{role_id}"));
    Ok(created.written(carried.written).replayed(carried.replayed))
}
