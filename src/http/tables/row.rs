use actix_web::web::{Data, Path};

use super::record::RowRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::problem::{Document, Problem};

/// A row of a table.
#[utoipa::path(
    get,
    operation_id = "get_row",
    path = "/v1/tables/{name}/rows/{id}",
    tag = "tables",
    params(
        ("name" = String, Path, description = "The table"),
        ("id" = i64, Path, description = "The row"),
    ),
    responses(
        (status = 200, description = "The row", body = Envelope<RowRecord>),
        (status = 404, description = "No such table, or no such row", body = Document),
    ),
)]
pub async fn row(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, i64)>,
    _: Params<Nothing>,
) -> Result<Answer<RowRecord>, Problem> {
    let (name, id) = path.into_inner();
    let table = api.data.open(who.organization, &name).await?;
    let row = api.data.row(who.organization, &table, id).await?;
    Ok(Answer::ok(RowRecord::of(row)))
}
