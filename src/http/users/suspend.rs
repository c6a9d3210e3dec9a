use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::Record;
use super::{order, record};
use crate::access::Principal;
use crate::aggregates::user::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::UserId;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SuspendUser {
    /// What an auditor will read, at most 1,000 bytes.
    reason: Option<String>,
}

/// Lets a user in no more. Every session of theirs is over with this answer.
#[utoipa::path(
    post,
    operation_id = "suspend_user",
    path = "/v1/users/{id}/suspend",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SuspendUser,
    responses(
        (status = 200, description = "They are not let in", body = Envelope<Record>),
        (status = 404, description = "No such user", body = Document),
        (status = 409, description = "It is so already", body = Document),
    ),
)]
pub async fn suspend(
    api: Data<Api>,
    who: Principal,
    id: Path<UserId>,
    key: IdempotencyKey,
    body: Body<SuspendUser>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::Suspend { reason: body.content.reason };
            order::execute(&api, &who, &ticket, *id, order).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let user = record::of(&api, &done.stream.aggregate_id).await?;
    Ok(Answer::ok(user).written(written).replayed(done.replayed))
}
