use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, Paging, Params};
use crate::http::problem::{Document, Problem};

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct WantedTables {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// Where to go on, from the last answer.
    cursor: Option<String>,
}

/// The tables of the organization, by name.
#[utoipa::path(
    get,
    operation_id = "list_tables",
    path = "/v1/tables",
    tag = "tables",
    params(WantedTables),
    responses(
        (status = 200, description = "The tables", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<WantedTables>,
) -> Result<Answer<Page<Record>>, Problem> {
    let paging = Paging::of(query.0.limit, None, query.0.cursor)?;
    let after: Option<String> = paging.cursor.as_ref().map(Cursor::read).transpose()?;
    let found = api.data.list(who.organization, after.as_deref(), paging.look_ahead()).await?;
    let Page { items, limit, offset, has_more, cursor } =
        paging.page(found, |table| table.name.clone());
    let items = items.into_iter().map(Record::of_summary).collect::<Result<_, _>>()?;
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor }))
}
