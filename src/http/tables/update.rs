use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::order;
use super::record::{RowRecord, faulty};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};

/// What of a row is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateRow {
    /// The values by column; what is absent stays as it is.
    #[schema(value_type = Object)]
    row: Map<String, Value>,
    /// The version that the row must have: another one now is a conflict.
    expected_version: Option<i64>,
}

/// Changes a row.
#[utoipa::path(
    put,
    operation_id = "update_row",
    path = "/v1/tables/{name}/rows/{id}",
    tag = "tables",
    params(
        ("name" = String, Path, description = "The table"),
        ("id" = i64, Path, description = "The row"),
    ),
    request_body = UpdateRow,
    responses(
        (status = 200, description = "Changed", body = Envelope<RowRecord>),
        (status = 404, description = "No such table, or no such row", body = Document),
        (status = 409, description = "Somebody else changed it, or another row stands in the way", body = Document),
        (status = 422, description = "The values do not fit the table", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, i64)>,
    key: IdempotencyKey,
    body: Body<UpdateRow>,
) -> Result<Answer<RowRecord>, Problem> {
    let (name, id) = path.into_inner();
    let UpdateRow { row, expected_version } = body.content;
    let table = api.data.open(who.organization, &name).await?;
    if row.is_empty() {
        return Err(Problem::new(Code::InvalidBody).at("/row", "changes nothing"));
    }
    let part = table.definition.part(row);
    let part = part.map_err(|faults| faulty(Code::InvalidRow, "/row", faults))?;
    let once = order::once(&who, key, &body.fingerprint);
    let at = (id, expected_version);
    let changed = api.data.update(who.organization, &table, at, part, once.as_ref()).await?;
    RowRecord::changed(changed).map(Answer::ok)
}
