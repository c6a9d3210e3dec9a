//! Rows of a view as a file that comes as they are read.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::csv;
use crate::http::answer::POSITION;
use crate::http::problem::Problem;
use crate::projections::{Page, Paging};

/// How many rows are read at a time, so that an export needs little memory and no transaction
/// lasts as long as its reader is slow.
const ROWS: i64 = 500;

/// As what rows are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub(in crate::http) enum Format {
    /// Comma-separated values with a line of names (RFC 4180).
    #[default]
    Csv,
    /// A JSON object a line.
    Ndjson,
}

/// A list that can be read on from where a page of it ended.
pub(in crate::http) trait List: 'static {
    /// What a row is told as.
    type Row: Serialize;
    /// What the file is called, without its ending.
    const NAME: &'static str;
    /// The columns of CSV: fields of a row.
    const COLUMNS: &'static [&'static str];

    /// A page of it.
    fn page(&self, paging: &Paging) -> impl Future<Output = Result<Page<Self::Row>, Problem>>;
}

/// Answers with all rows of a list. It says by `Chainkeel-Position` how new they are at least.
pub(in crate::http) async fn respond<L: List>(
    list: L,
    format: Format,
) -> Result<HttpResponse, Problem> {
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Ndjson => ("application/x-ndjson", "ndjson"),
    };
    // The first part is read before anything is answered, so that what fails is told as a problem.
    let first = list.page(&Paging::first(ROWS)).await?;
    let position = first.position;
    let head = match format {
        Format::Csv => csv::head(L::COLUMNS),
        Format::Ndjson => String::new(),
    };
    let rest = Rest { list, format, head, next: Some(Next::Page(first)) };
    let parts = stream::try_unfold(rest, |mut rest| async move {
        Ok::<_, Problem>(rest.part().await?.map(|part| (part, rest)))
    });
    let name = format!("attachment; filename=\"{}.{ending}\"", L::NAME);
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((POSITION, position.to_string()))
        .streaming(Box::pin(parts)))
}

/// What is left to be sent.
struct Rest<L: List> {
    list: L,
    format: Format,
    /// What comes before the first row.
    head: String,
    next: Option<Next<L::Row>>,
}

/// What is sent next.
enum Next<R> {
    /// What was read already.
    Page(Page<R>),
    /// What this leads to.
    After(Paging),
}

impl<L: List> Rest<L> {
    async fn part(&mut self) -> Result<Option<Bytes>, Problem> {
        let page = match self.next.take() {
            None => return Ok(None),
            Some(Next::Page(page)) => page,
            Some(Next::After(paging)) => self.list.page(&paging).await?,
        };
        let mut text = std::mem::take(&mut self.head);
        for row in &page.items {
            match self.format {
                Format::Csv => {
                    text.push_str(&csv::line(row, L::COLUMNS).map_err(Problem::internal)?);
                }
                Format::Ndjson => {
                    text.push_str(&serde_json::to_string(row).map_err(Problem::internal)?);
                    text.push('\n');
                }
            }
        }
        self.next = page
            .cursor
            .map(|after| Next::After(Paging { after: Some(after), ..Paging::first(ROWS) }));
        Ok(Some(Bytes::from(text)))
    }
}
