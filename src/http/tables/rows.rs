use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::access::Principal;
use crate::data::{Filter, Listing, Opened, Sort};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, Paging, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::tables::Kind;

/// How many columns rows are ordered by at most.
const MAX_SORT: usize = 4;
/// How many comparisons a list makes at most.
const MAX_FILTERS: usize = 20;

/// Which rows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct WantedRows {
    /// What must hold, as JSON: `{"customer": "acme", "amount": {"gte": "10", "lt": "20"}}`. The
    /// comparisons are `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, and of texts `contains` and
    /// `startsWith`; `null` stands for no value.
    filter: Option<String>,
    /// By what rows are ordered: columns with commas between them, `-` before one whose greatest
    /// value comes first. By `id` when absent.
    sort: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; only where rows are ordered by `id`.
    cursor: Option<String>,
}

/// Rows of a table.
#[utoipa::path(
    get,
    operation_id = "list_rows",
    path = "/v1/tables/{name}/rows",
    tag = "tables",
    params(("name" = String, Path, description = "The table"), WantedRows),
    responses(
        (status = 200, description = "The rows", body = Envelope<Page<Value>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 404, description = "No such table", body = Document),
    ),
)]
pub async fn rows(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<WantedRows>,
) -> Result<Answer<Page<Value>>, Problem> {
    let WantedRows { filter, sort, limit, offset, cursor } = query.0;
    let paging = Paging::of(limit, offset, cursor)?;
    let table = api.data.open(who.organization, &name).await?;
    let sort = sort.map(|text| sorted(&table, &text)).transpose()?.unwrap_or_default();
    if paging.cursor.is_some() && !sort.is_empty() {
        let message = "does not go with `sort`: go on with `offset`";
        return Err(Problem::new(Code::InvalidQuery).at("cursor", message));
    }
    let after: Option<i64> = paging.cursor.as_ref().map(Cursor::read).transpose()?;
    let filters = filter.map(|text| filtered(&table, &text)).transpose()?.unwrap_or_default();
    let by_id = sort.is_empty();
    let listing =
        Listing { filters, sort, after, offset: paging.offset, limit: paging.look_ahead() };
    let found = api.data.rows(who.organization, &table, &listing).await?;
    let id = |row: &Value| row.get("id").and_then(Value::as_i64);
    let mut page = paging.page(found, id);
    if !by_id {
        page.cursor = None;
    }
    Ok(Answer::ok(page))
}

fn wrong(place: &str, message: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InvalidQuery).at(place, message)
}

pub(super) fn sorted(table: &Opened, text: &str) -> Result<Vec<Sort>, Problem> {
    let columns: Vec<&str> = text.split(',').collect();
    if columns.len() > MAX_SORT {
        return Err(wrong("sort", "names at most 4 columns"));
    }
    let column = |text: &str| {
        let (descending, name) = match text.trim().strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text.trim()),
        };
        match table.definition.kind(name) {
            Some(Kind::Json) => {
                Err(wrong("sort", format_args!("`{name}` holds JSON: it has no order")))
            }
            Some(Kind::String | Kind::Number | Kind::Integer | Kind::Boolean | Kind::DateTime) => {
                Ok(Sort { column: name.to_owned(), descending })
            }
            None => Err(wrong("sort", format_args!("`{name}` is no column of this table"))),
        }
    };
    columns.into_iter().map(column).collect()
}

pub(super) fn filtered(table: &Opened, text: &str) -> Result<Vec<Filter>, Problem> {
    let wanted: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| wrong("filter", format_args!("must be a JSON object: {error}")))?;
    let mut filters = Vec::new();
    for (column, wanted) in wanted {
        let kind = table.definition.kind(&column).ok_or_else(|| {
            wrong("filter", format_args!("`{column}` is no column of this table"))
        })?;
        let comparisons = match wanted.as_object() {
            Some(comparisons) if kind != Kind::Json => comparisons.clone(),
            Some(_) | None => Map::from_iter([("eq".to_owned(), wanted)]),
        };
        for (op, value) in comparisons {
            filters.push(compared(&column, kind, &op, value)?);
        }
    }
    if filters.len() > MAX_FILTERS {
        return Err(wrong("filter", "makes at most 20 comparisons"));
    }
    Ok(filters)
}

fn compared(column: &str, kind: Kind, op: &str, value: Value) -> Result<Filter, Problem> {
    const OPS: [&str; 8] = ["eq", "ne", "lt", "lte", "gt", "gte", "contains", "startsWith"];
    let known = OPS.into_iter().find(|known| *known == op);
    let op = known.ok_or_else(|| wrong("filter", format_args!("`{op}` is no comparison")))?;
    let of_texts = matches!(op, "contains" | "startsWith");
    if of_texts && kind != Kind::String || kind == Kind::Json && !matches!(op, "eq" | "ne") {
        return Err(wrong("filter", format_args!("`{op}` does not compare what `{column}` holds")));
    }
    let column = column.to_owned();
    let value = match (value, op) {
        (Value::Null, "eq") => return Ok(Filter { column, op: "null", value: String::new() }),
        (Value::Null, "ne") => return Ok(Filter { column, op: "notNull", value: String::new() }),
        (Value::Null, _) => return Err(wrong("filter", "null is compared with `eq` and `ne`")),
        (Value::String(text), _) if kind != Kind::Json => text,
        (other, _) => other.to_string(),
    };
    Ok(Filter { column, op, value })
}
