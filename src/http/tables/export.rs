use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path};
use futures::stream;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::rows::filtered;
use crate::access::Principal;
use crate::data::{self, Filter, Listing, Opened};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::OrganizationId;
use crate::tables::{SYSTEM_COLUMNS, csv_line};

/// How many rows are read at a time.
const ROWS: i64 = 1_000;

/// What is wanted of the table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Exporting {
    /// `csv` or `ndjson`; `csv` when absent.
    format: Option<String>,
    /// What must hold of a row, as in a list of rows.
    filter: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Ndjson,
}

/// What is left to be sent.
struct Rest {
    api: Data<Api>,
    organization: OrganizationId,
    table: Opened,
    filters: Vec<Filter>,
    form: Form,
    columns: Vec<String>,
    after: Option<i64>,
    over: bool,
}

/// All rows of a table in the order of their ids, as a file that comes as it is read. Rows that are
/// written meanwhile may be in it or not.
#[utoipa::path(
    get,
    operation_id = "export_rows",
    path = "/v1/tables/{name}/export",
    tag = "tables",
    params(("name" = String, Path, description = "The table"), Exporting),
    responses(
        (status = 200, description = "The rows", body = String, content_type = "text/csv"),
        (status = 404, description = "No such table", body = Document),
    ),
)]
pub async fn export(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<Exporting>,
) -> Result<HttpResponse, Problem> {
    let Exporting { format, filter } = query.0;
    let (form, kind) = match format.as_deref() {
        None | Some("csv") => (Form::Csv, "text/csv; charset=utf-8"),
        Some("ndjson") => (Form::Ndjson, "application/x-ndjson"),
        Some(_) => {
            return Err(Problem::new(Code::InvalidQuery).at("format", "must be csv or ndjson"));
        }
    };
    let table = api.data.open(who.organization, &name).await?;
    let filters = filter.map(|text| filtered(&table, &text)).transpose()?.unwrap_or_default();
    let mut columns = vec!["id".to_owned()];
    columns.extend(table.definition.names());
    columns.extend(SYSTEM_COLUMNS.into_iter().skip(1).map(str::to_owned));
    let head = match form {
        Form::Csv => format!("{}\n", columns.join(",")),
        Form::Ndjson => String::new(),
    };
    let organization = who.organization;
    let (after, over) = (None, false);
    let rest = Rest { api, organization, table, filters, form, columns, after, over };
    // The first part is read before anything is sent, so that what is wrong is a problem.
    let (first, rest) = part(rest).await?;
    let rest = stream::try_unfold(rest, async |rest| {
        if rest.over {
            return Ok(None);
        }
        part(rest).await.map(Some)
    });
    let begin =
        stream::once(async move { Ok(Bytes::from([head.into_bytes(), first.to_vec()].concat())) });
    let all = futures::StreamExt::chain(begin, rest);
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).streaming(Box::pin(all)))
}

async fn part(mut rest: Rest) -> Result<(Bytes, Rest), Problem> {
    let mut listing = Listing {
        filters: rest.filters.clone(),
        after: rest.after,
        limit: ROWS,
        ..Listing::default()
    };
    let rows = loop {
        match rest.api.data.rows(rest.organization, &rest.table, &listing).await {
            // Large rows come in smaller parts.
            Err(data::Error::TooLarge(_)) if listing.limit > 1 => listing.limit /= 10,
            rows => break rows?,
        }
    };
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    rest.after = rows.last().and_then(|row| row.get("id")).and_then(Value::as_i64);
    rest.over = count < listing.limit;
    let mut text = String::new();
    for row in rows {
        match rest.form {
            Form::Csv => text.push_str(&csv_line(&row, &rest.columns)),
            Form::Ndjson => {
                text.push_str(&row.to_string());
                text.push('\n');
            }
        }
    }
    Ok((Bytes::from(text), rest))
}
