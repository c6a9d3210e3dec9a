use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::acting::person;
use super::order::{self, Asked};
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::task::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::TaskId;

/// Why it is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Reject {
    /// Why, 1 to 1,000 characters.
    reason: String,
    /// The person who acts, 1 to 100 characters; the holder of the key when absent.
    acting_as: Option<String>,
}

/// Refuses what a task asks for. The run that waits goes on by its branch `rejected`, or fails.
#[utoipa::path(
    post,
    operation_id = "reject_task",
    path = "/v1/tasks/{id}/reject",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Reject,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It is somebody else's, or has ended", body = Document),
        (status = 422, description = "The reason is empty or too long", body = Document),
    ),
)]
pub async fn reject(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<Reject>,
) -> Result<Answer<Record>, Problem> {
    let Reject { reason, acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked = Asked { task: *id, by, order: Order::Reject { reason } };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
