//! Rows as the API writes and reads them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Error;
use super::error::while_doing;
use super::receipts::Once;
use super::session::Session;
use super::tables::{Data, Opened};
use crate::primitives::OrganizationId;
use crate::tables::{Kind, Row, shown};

/// How many rows are written at once.
pub const MAX_ROWS: usize = 1_000;
/// How many bytes an answer has at most.
pub(super) const MAX_BYTES: i32 = 8 * 1024 * 1024;
/// How many bytes the tables of an organization take at most, with their indexes.
const MAX_SIZE: i64 = 20 * 1024 * 1024 * 1024;
/// How long one question or one write may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What a row must be like to be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Which column.
    pub column: String,
    /// How it is compared: `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `contains`, `startsWith`, `null` or
    /// `notNull`.
    pub op: &'static str,
    /// With what, as text.
    pub value: String,
}

/// By what rows are ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sort {
    /// Which column.
    pub column: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Which rows are wanted, and which part of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// The order; rows of one place are in the order of their ids.
    pub sort: Vec<Sort>,
    /// Only rows behind this id, where they are ordered by it.
    pub after: Option<i64>,
    /// How many to pass over.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// What a write has led to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The rows as they are now, or were when they were removed.
    pub rows: Vec<Value>,
}

impl Data {
    /// Rows of a table.
    pub async fn rows(
        &self,
        organization: OrganizationId,
        table: &Opened,
        wanted: &Listing,
    ) -> Result<Vec<Value>, Error> {
        let mut session = Session::read(&self.pool, organization, LIMIT).await?;
        let number = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        let lines = sqlx::query_scalar!(
            r#"select data_list($1, $2, $3, $4, $5, $6, $7) as "line!""#,
            table.name.as_str(),
            json!(wanted.filters),
            json!(wanted.sort),
            wanted.after,
            number(wanted.limit),
            number(wanted.offset),
            MAX_BYTES,
        );
        let lines = lines.fetch_all(session.rows()).await.map_err(while_doing("reading rows"))?;
        lines.iter().map(|line| table.shown(line)).collect()
    }

    /// The row of an id.
    pub async fn row(
        &self,
        organization: OrganizationId,
        table: &Opened,
        id: i64,
    ) -> Result<Value, Error> {
        let by_id = Filter { column: "id".to_owned(), op: "eq", value: id.to_string() };
        let wanted = Listing { filters: vec![by_id], limit: 1, ..Listing::default() };
        let mut rows = self.rows(organization, table, &wanted).await?;
        rows.pop().ok_or(Error::NoRow(id))
    }

    /// Writes rows, all or none. With `on`, a row that has the same values in these columns as one
    /// that is there replaces it.
    pub async fn insert(
        &self,
        organization: OrganizationId,
        table: &Opened,
        rows: Vec<Row>,
        on: Option<&[String]>,
        once: Option<&Once>,
    ) -> Result<Changed, Error> {
        let mut session = self.writing(organization, LIMIT).await?;
        if let Some(done) = session.earlier(once).await? {
            return Ok(done);
        }
        session.has_room().await?;
        let rows: Vec<Map<String, Value>> = rows.into_iter().map(|Row(row)| row).collect();
        let lines = sqlx::query_scalar!(
            r#"select data_insert($1, $2, $3, $4, $5, $6) as "line!""#,
            table.name.as_str(),
            &table.definition.names(),
            json!(rows).to_string(),
            on as _,
            i32::try_from(MAX_ROWS).unwrap_or(i32::MAX),
            MAX_BYTES,
        );
        let lines = lines.fetch_all(session.rows()).await.map_err(while_doing("writing rows"))?;
        let rows = lines.iter().map(|line| table.shown(line)).collect::<Result<_, _>>()?;
        let changed = Changed { rows };
        session.finish(once, &changed).await?;
        Ok(changed)
    }

    /// Changes some columns of a row.
    pub async fn update(
        &self,
        organization: OrganizationId,
        table: &Opened,
        (id, expected): (i64, Option<i64>),
        Row(row): Row,
        once: Option<&Once>,
    ) -> Result<Changed, Error> {
        let mut session = self.writing(organization, LIMIT).await?;
        if let Some(done) = session.earlier(once).await? {
            return Ok(done);
        }
        session.has_room().await?;
        let columns: Vec<String> = row.keys().cloned().collect();
        let lines = sqlx::query_scalar!(
            r#"select data_update($1, $2, $3, $4, $5, $6) as "line!""#,
            table.name.as_str(),
            id,
            expected,
            &columns,
            Value::Object(row).to_string(),
            MAX_BYTES,
        );
        let lines = lines.fetch_all(session.rows()).await.map_err(while_doing("changing a row"))?;
        if lines.is_empty() {
            drop(session);
            return Err(self.missed(organization, table, id, expected).await?);
        }
        let rows = lines.iter().map(|line| table.shown(line)).collect::<Result<_, _>>()?;
        let changed = Changed { rows };
        session.finish(once, &changed).await?;
        Ok(changed)
    }

    /// Removes a row, and gives it as it was.
    pub async fn remove(
        &self,
        organization: OrganizationId,
        table: &Opened,
        (id, expected): (i64, Option<i64>),
        once: Option<&Once>,
    ) -> Result<Changed, Error> {
        let mut session = self.writing(organization, LIMIT).await?;
        if let Some(done) = session.earlier(once).await? {
            return Ok(done);
        }
        let lines = sqlx::query_scalar!(
            r#"select data_delete($1, $2, $3, $4) as "line!""#,
            table.name.as_str(),
            id,
            expected,
            MAX_BYTES,
        );
        let lines = lines.fetch_all(session.rows()).await.map_err(while_doing("removing a row"))?;
        if lines.is_empty() {
            drop(session);
            return Err(self.missed(organization, table, id, expected).await?);
        }
        let rows = lines.iter().map(|line| table.shown(line)).collect::<Result<_, _>>()?;
        let changed = Changed { rows };
        session.finish(once, &changed).await?;
        Ok(changed)
    }

    /// Why no row was found to be changed.
    async fn missed(
        &self,
        organization: OrganizationId,
        table: &Opened,
        id: i64,
        expected: Option<i64>,
    ) -> Result<Error, Error> {
        let row = self.row(organization, table, id).await?;
        let actual = row.get("version").and_then(Value::as_i64).unwrap_or_default();
        Ok(expected.map_or(Error::NoRow(id), |expected| Error::Conflict { id, expected, actual }))
    }

    pub(super) async fn writing(
        &self,
        organization: OrganizationId,
        limit: Duration,
    ) -> Result<Session, Error> {
        let session = Session::write(&self.pool, organization, limit).await?;
        match session.space {
            Some(_) => Ok(session),
            None => Err(Error::NoTable("there are no tables yet".to_owned())),
        }
    }
}

impl Session {
    /// Refuses to write more when the organization keeps as much as it may.
    pub(super) async fn has_room(&mut self) -> Result<(), Error> {
        let bytes = sqlx::query_scalar!(r#"select data_size() as "bytes!""#);
        let bytes = bytes.fetch_one(self.rows()).await.map_err(while_doing("measuring tables"))?;
        if bytes > MAX_SIZE { Err(Error::Full { bytes, max: MAX_SIZE }) } else { Ok(()) }
    }
}

impl Opened {
    /// A row out of the JSON that the database made of it.
    pub(super) fn shown(&self, line: &str) -> Result<Value, Error> {
        row(line, |name| self.definition.kind(name))
    }
}

/// A row out of the JSON that the database made of it, by what its columns hold.
pub(super) fn row(line: &str, kind: impl Fn(&str) -> Option<Kind>) -> Result<Value, Error> {
    let fields: BTreeMap<String, &RawValue> =
        serde_json::from_str(line).map_err(|error| Error::Damaged(error.to_string()))?;
    let shown = fields.into_iter().map(|(name, raw)| {
        let value = shown(kind(&name).unwrap_or(Kind::Json), raw.get());
        (name, value)
    });
    Ok(Value::Object(shown.collect()))
}
