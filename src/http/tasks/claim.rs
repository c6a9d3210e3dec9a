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

/// Takes a task and begins. What is claimed is its claimer's until it is released or assigned anew.
#[utoipa::path(
    post,
    operation_id = "claim_task",
    path = "/v1/tasks/{id}/claim",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Acting>,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It is somebody else's, or has ended", body = Document),
    ),
)]
pub async fn claim(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<Acting>,
) -> Result<Answer<Record>, Problem> {
    let Acting { acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked = Asked { task: *id, by, order: Order::Claim };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
