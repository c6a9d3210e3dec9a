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
use crate::primitives::ServiceAccountId;

/// Removes the account of a program: its keys open nothing from now on.
#[utoipa::path(
    delete,
    operation_id = "remove_service_account",
    path = "/v1/service-accounts/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The account")),
    responses(
        (status = 200, description = "Removed", body = Envelope<Removed>),
        (status = 404, description = "No such account", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<ServiceAccountId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Removed>, Problem> {
    let turn = Turn::take(&api, &who, key, &id.to_string()).await?;
    let carried = order::order(&api, &who, turn, Order::RemoveAccount(*id)).await?;
    let removed = Removed { id: id.to_string() };
    Ok(Answer::ok(removed).written(carried.written).replayed(carried.replayed))
}
