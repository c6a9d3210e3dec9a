use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::tables::Name;

/// A table of the organization, as the ledger has it.
#[utoipa::path(
    get,
    operation_id = "get_table",
    path = "/v1/tables/{name}",
    tag = "tables",
    params(("name" = String, Path, description = "The table")),
    responses(
        (status = 200, description = "The table", body = Envelope<Record>),
        (status = 404, description = "No such table", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    _: Params<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let name: Name = name.parse().map_err(|_| Problem::new(Code::TableNotFound))?;
    let table = api.data.store().load(&name.table(who.organization).to_string()).await?;
    Record::of(&table.aggregate).map(Answer::ok)
}
