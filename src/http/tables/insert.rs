use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::order;
use super::record::{Rows, faulty};
use crate::access::Principal;
use crate::data::MAX_ROWS;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};

/// Rows that are to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct InsertRows {
    /// The rows: values by column, 1 to 1,000. Send exact numbers as texts.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Map<String, Value>>,
    /// Columns that are unique together: a row with the same values in them as one that is there
    /// replaces it.
    on_conflict: Option<Vec<String>>,
}

/// Writes rows, all of them or none.
#[utoipa::path(
    post,
    operation_id = "insert_rows",
    path = "/v1/tables/{name}/rows",
    tag = "tables",
    params(
        ("name" = String, Path, description = "The table"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = InsertRows,
    responses(
        (status = 200, description = "Written", body = Envelope<Rows>),
        (status = 404, description = "No such table", body = Document),
        (status = 409, description = "Another row stands in the way", body = Document),
        (status = 422, description = "A row does not fit the table", body = Document),
    ),
)]
pub async fn insert(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
    body: Body<InsertRows>,
) -> Result<Answer<Rows>, Problem> {
    let InsertRows { rows, on_conflict } = body.content;
    if !(1..=MAX_ROWS).contains(&rows.len()) {
        return Err(Problem::new(Code::InvalidBody).at("/rows", "holds 1 to 1000 rows"));
    }
    let table = api.data.open(who.organization, &name).await?;
    if let Some(columns) = on_conflict.as_ref().filter(|it| !table.definition.is_unique(it)) {
        let columns = columns.join(", ");
        let message = format_args!("no unique column or index is on ({columns})");
        return Err(Problem::new(Code::InvalidBody).at("/onConflict", message));
    }
    let mut checked = Vec::with_capacity(rows.len());
    let mut faults = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        match table.definition.row(row) {
            Ok(row) => checked.push(row),
            Err(found) => {
                let place = format!("/{place}");
                faults.extend(found.into_iter().map(|fault| fault.within(&place)));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faulty(Code::InvalidRow, "/rows", faults));
    }
    let once = order::once(&who, key, &body.fingerprint);
    let data = &api.data;
    let on = on_conflict.as_deref();
    let changed = data.insert(who.organization, &table, checked, on, once.as_ref()).await?;
    Ok(Answer::ok(changed.into()))
}
