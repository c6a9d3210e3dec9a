use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::{Principal, RoleRef};
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};
use crate::primitives::UserId;

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeMember {
    /// `owner`, `admin`, `developer`, `operator`, `viewer`, or the id of one of the organization's
    /// own.
    #[schema(value_type = String)]
    role: RoleRef,
}

/// Gives a member another role. Nobody gives, or takes from others, permissions that he does not
/// have; the last owner stays one.
#[utoipa::path(
    put,
    operation_id = "change_member",
    path = "/v1/organization/members/{userId}",
    tag = "organizations",
    params(("userId" = String, Path, description = "The person")),
    request_body = ChangeMember,
    responses(
        (status = 200, description = "Changed", body = Envelope<Record>),
        (status = 404, description = "No such member or role", body = Document),
        (status = 409, description = "It is the last owner", body = Document),
    ),
)]
pub async fn change(
    api: Data<Api>,
    who: Principal,
    user: Path<UserId>,
    key: IdempotencyKey,
    body: Body<ChangeMember>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let change = Order::ChangeMember { user: *user, role: body.content.role };
    let carried = order::order(&api, &who, turn, change).await?;
    let record = record::find(&carried.organization.aggregate, *user)?;
    Ok(Answer::ok(record).written(carried.written).replayed(carried.replayed))
}
