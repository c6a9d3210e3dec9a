//! Rows of a view as a file that comes as they are read.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Column;
use super::csv;
use super::parquet::Writer;
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
    /// Columns with types (Apache Parquet): a file only with the footer at its end.
    Parquet,
}

/// A list that can be read on from where a page of it ended.
pub(in crate::http) trait List: 'static {
    /// What a row is told as.
    type Row: Serialize;
    /// What the file is called, without its ending.
    const NAME: &'static str;
    /// The columns: fields of a row.
    const COLUMNS: &'static [Column];

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
        Format::Parquet => ("application/vnd.apache.parquet", "parquet"),
    };
    // The first part is read before anything is answered, so that what fails is told as a problem.
    let first = list.page(&Paging::first(ROWS)).await?;
    let position = first.position;
    let form = Form::begin::<L>(format)?;
    let rest = Rest { list, form: Some(form), next: Some(Next::Page(first)) };
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
    /// None behind the end.
    form: Option<Form>,
    next: Option<Next<L::Row>>,
}

/// What is sent next.
enum Next<R> {
    /// What was read already.
    Page(Page<R>),
    /// What this leads to.
    After(Paging),
}

/// A file as far as it was made.
enum Form {
    /// Lines, and what comes before the first.
    Csv(String),
    /// Lines.
    Ndjson,
    /// Columns.
    Parquet(Box<Writer>),
}

impl Form {
    fn begin<L: List>(format: Format) -> Result<Self, Problem> {
        Ok(match format {
            Format::Csv => Self::Csv(csv::head(L::COLUMNS)),
            Format::Ndjson => Self::Ndjson,
            Format::Parquet => {
                let writer = Writer::new(L::NAME, L::COLUMNS).map_err(Problem::internal)?;
                Self::Parquet(Box::new(writer))
            }
        })
    }

    /// Adds rows; what can be sent by now.
    fn add<L: List>(&mut self, rows: &[L::Row]) -> Result<Bytes, Problem> {
        let mut text = String::new();
        match self {
            Self::Csv(head) => {
                text = std::mem::take(head);
                for row in rows {
                    text.push_str(&csv::line(row, L::COLUMNS).map_err(Problem::internal)?);
                }
            }
            Self::Ndjson => {
                for row in rows {
                    text.push_str(&serde_json::to_string(row).map_err(Problem::internal)?);
                    text.push('\n');
                }
            }
            Self::Parquet(writer) => {
                for row in rows {
                    writer.add(row).map_err(Problem::internal)?;
                }
                return Ok(writer.take());
            }
        }
        Ok(Bytes::from(text))
    }

    /// What comes behind the last row.
    fn end(self) -> Result<Bytes, Problem> {
        match self {
            Self::Csv(_) | Self::Ndjson => Ok(Bytes::new()),
            Self::Parquet(writer) => writer.end().map_err(Problem::internal),
        }
    }
}

impl<L: List> Rest<L> {
    /// The next bytes; none behind the last.
    async fn part(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let Some(form) = &mut self.form else { return Ok(None) };
            let page = match self.next.take() {
                None => {
                    let end = self.form.take().map(Form::end).transpose()?;
                    return Ok(end.filter(|end| !end.is_empty()));
                }
                Some(Next::Page(page)) => page,
                Some(Next::After(paging)) => self.list.page(&paging).await?,
            };
            let part = form.add::<L>(&page.items)?;
            let after = |after| Next::After(Paging { after: Some(after), ..Paging::first(ROWS) });
            self.next = page.cursor.map(after);
            // A group of columns is made of many pages.
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
    }
}
