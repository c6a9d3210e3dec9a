use actix_web::web::{Data, Path};

use super::record::Record;
use super::{order, record};
use crate::access::Principal;
use crate::aggregates::user::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::UserId;

/// Lets a user in again.
#[utoipa::path(
    post,
    operation_id = "restore_user",
    path = "/v1/users/{id}/restore",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "They are let in", body = Envelope<Record>),
        (status = 404, description = "No such user", body = Document),
        (status = 409, description = "It is so already", body = Document),
    ),
)]
pub async fn restore(
    api: Data<Api>,
    who: Principal,
    id: Path<UserId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::Restore;
            order::execute(&api, &who, &ticket, *id, order).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let user = record::of(&api, &done.stream.aggregate_id).await?;
    Ok(Answer::ok(user).written(written).replayed(done.replayed))
}
