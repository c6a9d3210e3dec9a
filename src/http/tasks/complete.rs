use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::Value;
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

/// The answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Complete {
    /// The answer, as the task's form asks for it.
    #[schema(value_type = Object)]
    data: Value,
    /// The person who acts, 1 to 100 characters; the holder of the key when absent.
    acting_as: Option<String>,
}

/// Answers a task. The run that waits goes on with the answer as `data` of its node's result.
#[utoipa::path(
    post,
    operation_id = "complete_task",
    path = "/v1/tasks/{id}/complete",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Complete,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It is somebody else's, or has ended", body = Document),
        (status = 422, description = "The answer is not what the form asks for", body = Document),
    ),
)]
pub async fn complete(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<Complete>,
) -> Result<Answer<Record>, Problem> {
    let Complete { data, acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked = Asked { task: *id, by, order: Order::Complete { data: data.into() } };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
