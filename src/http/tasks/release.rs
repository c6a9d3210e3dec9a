use actix_web::web::{Data, Path};

use super::acting::{Acting, person};
use super::order::{self, Asked};
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::task::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::TaskId;

/// Gives a claimed task back to those whom it was meant for.
#[utoipa::path(
    post,
    operation_id = "release_task",
    path = "/v1/tasks/{id}/release",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Acting>,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It is not claimed, or by somebody else", body = Document),
    ),
)]
pub async fn release(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<Acting>,
) -> Result<Answer<Record>, Problem> {
    let Acting { acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked = Asked { task: *id, by, order: Order::Release };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
