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
use crate::primitives::UserId;

/// Removes a member: keys and invitations by this person open nothing from now on.
#[utoipa::path(
    delete,
    operation_id = "remove_member",
    path = "/v1/organization/members/{userId}",
    tag = "organizations",
    params(("userId" = String, Path, description = "The person")),
    responses(
        (status = 200, description = "Removed", body = Envelope<Removed>),
        (status = 404, description = "No such member", body = Document),
        (status = 409, description = "It is the last owner", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    user: Path<UserId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Removed>, Problem> {
    let turn = Turn::take(&api, &who, key, &user.to_string()).await?;
    let carried = order::order(&api, &who, turn, Order::RemoveMember(*user)).await?;
    let removed = Removed { user_id: user.to_string() };
    Ok(Answer::ok(removed).written(carried.written).replayed(carried.replayed))
}
