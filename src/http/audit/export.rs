use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use bytes::Bytes;
use futures::stream::{self, Stream};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::record::{Asked, Record, Wish};
use crate::access::Principal;
use crate::http::api::Api;
use crate::http::exports::csv::text_cell;
use crate::http::extract::{Instant, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::OrganizationId;
use crate::projections::audit::{Audit, Filter};
use crate::projections::{Cursor, Page, Paging};

/// How many lines one export holds at most; `until` of the next one goes on.
const MAX_LINES: i64 = 100_000;
/// How many of them are read at a time, so that an export needs little memory and no transaction
/// lasts as long as its reader is slow.
const LINES: i64 = 500;
/// The columns of CSV.
const COLUMNS: &str = "position,at,outcome,action,actor,subject,address,requestId,times,detail\r\n";

/// Which lines are wanted, and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `ndjson`, a JSON object a line, or `csv`; the first when absent.
    #[param(value_type = Option<String>)]
    format: Option<Format>,
    /// Those of this actor: `admin`, or an id.
    actor: Option<String>,
    /// Those whose action begins so: `organization.`, `api_key.issued`, `access.`.
    action: Option<String>,
    /// Those that were allowed, or refused.
    #[param(value_type = Option<String>)]
    outcome: Option<Wish>,
    /// Those from this address.
    address: Option<String>,
    /// Those from this instant on (RFC 3339).
    #[param(value_type = Option<String>)]
    since: Option<Instant>,
    /// Those before this instant.
    #[param(value_type = Option<String>)]
    until: Option<Instant>,
}

/// As what it is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditFormat)]
enum Format {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values with a line of names (RFC 4180).
    Csv,
}

/// The audit log of the organization as a file, the latest first; at most 100,000 lines.
#[utoipa::path(
    get,
    operation_id = "export_audit_log",
    path = "/v1/organization/audit-log/export",
    tag = "organizations",
    params(Wanted),
    responses(
        (status = 200, description = "The log", content(
            (String = "application/x-ndjson"),
            (String = "text/csv"),
        )),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn export(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<HttpResponse, Problem> {
    let Params(Wanted { format, actor, action, outcome, address, since, until }) = query;
    let format = format.unwrap_or(Format::Ndjson);
    let filter: Filter = Asked { actor, action, outcome, address, since, until }.into();
    let (kind, name) = match format {
        Format::Ndjson => ("application/x-ndjson", "audit-log.ndjson"),
        Format::Csv => ("text/csv; charset=utf-8", "audit-log.csv"),
    };
    // The first part is read before anything is answered, so that what fails is told as a problem.
    let first = api.audit().list(who.organization, &filter, &Paging::first(LINES)).await?;
    let export = Export {
        audit: api.audit(),
        organization: who.organization,
        filter,
        format,
        left: MAX_LINES,
        next: Some(Part::Read(first)),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(export.parts()))
}

/// An export under way.
struct Export {
    audit: Audit,
    organization: OrganizationId,
    filter: Filter,
    format: Format,
    left: i64,
    next: Option<Part>,
}

/// What is sent next.
enum Part {
    /// What was read already.
    Read(Page<crate::projections::audit::Entry>),
    /// What follows this place.
    After(Cursor),
}

impl Export {
    fn parts(self) -> impl Stream<Item = Result<Bytes, Problem>> {
        let head = match self.format {
            Format::Ndjson => "",
            Format::Csv => COLUMNS,
        };
        let head = stream::iter([Ok(Bytes::from_static(head.as_bytes()))]);
        let body = stream::try_unfold(self, |mut export| async move {
            let Some(next) = export.next.take() else { return Ok(None) };
            let page = match next {
                Part::Read(page) => page,
                Part::After(cursor) => {
                    let limit = LINES.min(export.left);
                    let paging = Paging { after: Some(cursor), ..Paging::first(limit) };
                    export.audit.list(export.organization, &export.filter, &paging).await?
                }
            };
            export.left -= i64::try_from(page.items.len()).unwrap_or(LINES);
            if export.left > 0 {
                export.next = page.cursor.map(Part::After);
            }
            let mut text = String::new();
            for entry in page.items {
                export.format.write(&mut text, &entry.into());
            }
            Ok(Some((Bytes::from(text), export)))
        });
        futures::StreamExt::chain(head, body)
    }
}

impl Format {
    fn write(self, text: &mut String, record: &Record) {
        match self {
            Self::Ndjson => {
                let json = serde_json::to_string(record);
                text.push_str(&json.expect("a line has only texts, numbers and JSON"));
                text.push('\n');
            }
            Self::Csv => {
                let at = record.at.format(&time::format_description::well_known::Rfc3339);
                let cells = [
                    record.position.to_string(),
                    at.expect("an instant of the ledger has a year of four digits"),
                    record.outcome.clone(),
                    record.action.clone(),
                    record.actor.clone(),
                    record.subject.clone(),
                    record.address.clone().unwrap_or_default(),
                    record.request_id.clone().unwrap_or_default(),
                    record.times.to_string(),
                    record.detail.to_string(),
                ];
                text.push_str(&cells.map(|cell| text_cell(&cell)).join(","));
                text.push_str("\r\n");
            }
        }
    }
}
