use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::acting::person;
use super::order::{self, Asked};
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::task::{CancelCause, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::TaskId;

/// Why it is ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CancelTask {
    /// Why, in at most 1,000 characters.
    reason: Option<String>,
    /// The person who acts, 1 to 100 characters; the holder of the key when absent.
    acting_as: Option<String>,
}

/// Ends a task without an answer. The run that waits goes on as after a rejection.
#[utoipa::path(
    post,
    operation_id = "cancel_task",
    path = "/v1/tasks/{id}/cancel",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<CancelTask>,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It has ended", body = Document),
    ),
)]
pub async fn cancel(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<CancelTask>,
) -> Result<Answer<Record>, Problem> {
    let CancelTask { reason, acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked =
        Asked { task: *id, by, order: Order::Cancel { cause: CancelCause::Requested, reason } };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
