use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::RowRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Params};
use crate::http::problem::{Document, Problem};

/// How the row is to be removed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct RowRemoval {
    /// The version that the row must have: another one now is a conflict.
    expected_version: Option<i64>,
}

/// Removes a row, and answers with the row as it was.
#[utoipa::path(
    delete,
    operation_id = "remove_row",
    path = "/v1/tables/{name}/rows/{id}",
    tag = "tables",
    params(
        ("name" = String, Path, description = "The table"),
        ("id" = i64, Path, description = "The row"),
        RowRemoval,
    ),
    responses(
        (status = 200, description = "Removed", body = Envelope<RowRecord>),
        (status = 404, description = "No such table, or no such row", body = Document),
        (status = 409, description = "Somebody else changed it, or rows refer to it", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, i64)>,
    key: IdempotencyKey,
    query: Params<RowRemoval>,
) -> Result<Answer<RowRecord>, Problem> {
    let (name, id) = path.into_inner();
    let expected = query.0.expected_version;
    let table = api.data.open(who.organization, &name).await?;
    let once = order::once(&who, key, &format!("remove {name}/{id} at {expected:?}"));
    let changed = api.data.remove(who.organization, &table, (id, expected), once.as_ref()).await?;
    RowRecord::changed(changed).map(Answer::ok)
}
