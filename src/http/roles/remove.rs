use actix_web::web::{Data, Path};

use super::record::Removed;
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Nothing, Params};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};
use crate::primitives::RoleId;

/// Removes a role that nobody holds.
#[utoipa::path(
    delete,
    operation_id = "remove_role",
    path = "/v1/organization/roles/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The role")),
    responses(
        (status = 200, description = "Removed", body = Envelope<Removed>),
        (status = 404, description = "No such role", body = Document),
        (status = 409, description = "Somebody holds it", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<RoleId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Removed>, Problem> {
    let turn = Turn::take(&api, &who, key, &id.to_string()).await?;
    let carried = order::order(&api, &who, turn, Order::RemoveRole(*id)).await?;
    let removed = Removed { id: id.to_string() };
    Ok(Answer::ok(removed).written(carried.written).replayed(carried.replayed))
}
