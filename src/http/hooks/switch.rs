use actix_web::web::{Data, Path};

use super::order::answered;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Order, Reason};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::problem::{Document, Problem};
use crate::primitives::ExecutionHookId;

/// Tells an endpoint again what happens, from here on. What waited when it was disabled goes on.
#[utoipa::path(
    post,
    operation_id = "enable_execution_webhook",
    path = "/v1/execution-webhooks/{id}/enable",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such endpoint", body = Document),
    ),
)]
pub async fn enable(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Record>, Problem> {
    answered(&api, &who, (key, &body.fingerprint), (*id, Order::Enable)).await
}

/// Tells an endpoint nothing until it is enabled. What waits rests; what happens meanwhile is sent only where
/// somebody has it replayed.
#[utoipa::path(
    post,
    operation_id = "disable_execution_webhook",
    path = "/v1/execution-webhooks/{id}/disable",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such endpoint", body = Document),
    ),
)]
pub async fn disable(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let order = Order::Disable(Reason::Ordered);
    answered(&api, &who, (key, &body.fingerprint), (*id, order)).await
}
