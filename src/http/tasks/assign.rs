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

/// Whose the task is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Assign {
    /// The person, 1 to 100 characters.
    assignee: String,
    /// The person who acts, 1 to 100 characters; the holder of the key when absent.
    acting_as: Option<String>,
}

/// Gives a task to a person, whoever has it now.
#[utoipa::path(
    post,
    operation_id = "assign_task",
    path = "/v1/tasks/{id}/assign",
    tag = "tasks",
    params(
        ("id" = String, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Assign,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
        (status = 409, description = "It has ended", body = Document),
        (status = 422, description = "The name is empty or too long", body = Document),
    ),
)]
pub async fn assign(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    key: IdempotencyKey,
    body: Body<Assign>,
) -> Result<Answer<Record>, Problem> {
    let Assign { assignee, acting_as } = body.content;
    let by = person(&who, acting_as)?;
    let asked = Asked { task: *id, by, order: Order::Assign { assignee } };
    order::order(&api, &who, key, &body.fingerprint, asked).await
}
