use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::TaskId;

/// A task with its form and everything that happened to it, read from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_task",
    path = "/v1/tasks/{id}",
    tag = "tasks",
    params(("id" = String, Path, description = "The task"), Freshness),
    responses(
        (status = 200, description = "The task", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    query: Params<Freshness>,
) -> Result<Answer<Record>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let record = record::load(&api, &who, *id, None).await?;
    Ok(Answer::ok(record).at(position))
}
