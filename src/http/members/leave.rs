use actix_web::web::Data;

use super::record::Removed;
use crate::access::{Actor, Principal};
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::problem::{Code, Document, Problem};

/// Stops being a member. The last owner stays.
#[utoipa::path(
    post,
    operation_id = "leave_organization",
    path = "/v1/organization/leave",
    tag = "organizations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    responses(
        (status = 200, description = "Left", body = Envelope<Removed>),
        (status = 404, description = "Who asks is no member", body = Document),
        (status = 409, description = "It is the last owner", body = Document),
    ),
)]
pub async fn leave(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Removed>, Problem> {
    let user = match who.actor {
        Actor::User(user) => user,
        Actor::Admin
        | Actor::Webhook(_)
        | Actor::Public(_)
        | Actor::ServiceAccount(_)
        | Actor::ApiKey(_) => {
            return Err(Problem::new(Code::MemberNotFound)
                .because("only a member who is logged in can leave"));
        }
    };
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let carried = order::order(&api, &who, turn, Order::Leave(user)).await?;
    let removed = Removed { user_id: user.to_string() };
    Ok(Answer::ok(removed).written(carried.written).replayed(carried.replayed))
}
