use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path, Payload};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::data::{Bad, Import, Imported};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::tables::{Format, Line, Lines, Unreadable};

/// How many bytes a file has at most.
const MAX_FILE: usize = 256 * 1024 * 1024;
/// How long the next part of a file may take to arrive: a transaction waits for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many lines are written at a time.
const LINES: usize = 500;

/// How the file is to be taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Importing {
    /// Whether bad lines are left out; nothing is written when there is one, otherwise.
    #[serde(default)]
    skip_bad: bool,
    /// Columns that are unique together, with commas between them: a row with the same values in
    /// them as one that is there replaces it.
    on_conflict: Option<String>,
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportedRows)]
pub struct ImportRecord {
    /// How many rows were written.
    written: u64,
    /// How many lines were left out.
    skipped: u64,
    /// The first thousand faults of them.
    bad_lines: Vec<BadLineRecord>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BadLine)]
struct BadLineRecord {
    /// The number of the line, from 1.
    line: u64,
    /// The column at fault, as a JSON pointer.
    path: String,
    /// What is wrong.
    message: String,
}

/// Writes the rows of a file: CSV with a head (`text/csv`), or a JSON object a line
/// (`application/x-ndjson`), at most 256 MiB. All lines are written or none; with `skipBad`, those
/// that are good. The columns of the house are passed over, so that an export can be imported.
#[utoipa::path(
    post,
    operation_id = "import_rows",
    path = "/v1/tables/{name}/import",
    tag = "tables",
    params(("name" = String, Path, description = "The table"), Importing),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "Written", body = Envelope<ImportRecord>),
        (status = 404, description = "No such table", body = Document),
        (status = 415, description = "Neither CSV nor lines of JSON", body = Document),
        (status = 422, description = "A line does not fit the table; `details` name them", body = Document),
    ),
)]
pub async fn import(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<Importing>,
    request: HttpRequest,
    mut body: Payload,
) -> Result<Answer<ImportRecord>, Problem> {
    let Importing { skip_bad, on_conflict } = query.0;
    let format = format(&request)?;
    let table = api.data.open(who.organization, &name).await?;
    let on: Option<Vec<String>> =
        on_conflict.map(|text| text.split(',').map(|name| name.trim().to_owned()).collect());
    if on.as_ref().is_some_and(|columns| !table.definition.is_unique(columns)) {
        let message = "no unique column or index is on these columns";
        return Err(Problem::new(Code::InvalidQuery).at("onConflict", message));
    }
    let mode = if skip_bad { Bad::Skip } else { Bad::Refuse };
    let mut import = api.data.import(who.organization, &table, on.as_deref(), mode).await?;
    let mut lines = Lines::new(&table.definition, format);
    let mut waiting: Vec<Line> = Vec::new();
    let mut size = 0;
    loop {
        let part = timeout(PATIENCE, body.next()).await;
        let Some(part) = part.map_err(|_| Problem::new(Code::BodyTimeout))? else { break };
        let part = part.map_err(|error| Problem::new(Code::InvalidRequest).because(error))?;
        size += part.len();
        if size > MAX_FILE {
            return Err(Problem::new(Code::BodyTooLarge)
                .because(format_args!("the file is larger than {MAX_FILE} bytes")));
        }
        waiting.extend(lines.take(&part).map_err(|error| unreadable(&error))?);
        if waiting.len() >= LINES {
            write(&mut import, &mut waiting).await?;
        }
    }
    waiting.extend(lines.finish().map_err(|error| unreadable(&error))?);
    write(&mut import, &mut waiting).await?;
    told(import.finish().await?, mode)
}

/// Writes what has come so far, some hundred lines at a time.
async fn write(import: &mut Import<'_>, waiting: &mut Vec<Line>) -> Result<(), Problem> {
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(LINES));
        let part = std::mem::replace(waiting, rest);
        import.take(part).await?;
    }
    Ok(())
}

fn told(imported: Imported, mode: Bad) -> Result<Answer<ImportRecord>, Problem> {
    let Imported { written, bad, bad_lines } = imported;
    if bad > 0 && mode == Bad::Refuse {
        let detail = |it: crate::data::BadLine| {
            Detail::new(
                format!("/{}{}", it.line, it.path),
                format!("line {}: {}", it.line, it.message),
            )
        };
        return Err(Problem::new(Code::InvalidRow)
            .because(format_args!("{bad} lines do not fit the table; nothing was written"))
            .with_details(bad_lines.into_iter().map(detail).collect()));
    }
    let bad_lines = bad_lines.into_iter().map(|it| {
        let crate::data::BadLine { line, path, message } = it;
        BadLineRecord { line, path, message }
    });
    Ok(Answer::ok(ImportRecord { written, skipped: bad, bad_lines: bad_lines.collect() }))
}

fn unreadable(error: &Unreadable) -> Problem {
    let place = format!("/{}", error.line);
    Problem::new(Code::InvalidRow).because(error).at(place, &error.message)
}

fn format(request: &HttpRequest) -> Result<Format, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    match kind.trim() {
        "text/csv" => Ok(Format::Csv),
        "application/x-ndjson" | "application/jsonl" => Ok(Format::Ndjson),
        _ => Err(Problem::new(Code::UnsupportedMediaType)
            .because("the body must be text/csv or application/x-ndjson, not compressed")
            .at("Content-Type", "must be text/csv or application/x-ndjson")),
    }
}
