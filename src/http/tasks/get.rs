use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::TaskId;

/// How a task is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A task with its form and everything that happened to it, read from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_task",
    path = "/v1/tasks/{id}",
    tag = "tasks",
    params(("id" = String, Path, description = "The task"), Reading),
    responses(
        (status = 200, description = "The task", body = Envelope<Record>),
        (status = 404, description = "No such task", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<TaskId>,
    query: Params<Reading>,
) -> Result<Answer<Record>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let record = record::load(&api, &who, *id, None).await?;
    Ok(Answer::ok(record).at(position))
}
