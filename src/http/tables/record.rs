//! Tables and rows as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::table::Table;
use crate::data::{Changed, Summary};
use crate::http::problem::{Code, Detail, Problem};
use crate::tables::{Definition, Fault, Index};

/// A table of the organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataTable)]
pub struct Record {
    /// Its id.
    id: String,
    /// Its name.
    #[schema(example = "payments")]
    name: String,
    /// How often it changed: what `expectedVersion` is compared with.
    version: u64,
    /// The JSON Schema of its rows, as they are given. Every row has `id`, `version`, `created_at`
    /// and `updated_at` besides.
    #[schema(value_type = Object)]
    schema: Value,
    /// Its indexes, beside those of unique columns.
    indexes: Vec<IndexRecord>,
    /// Changes that the rows there were did not allow, by the version that they would have made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<u64, String>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339::option")]
    created_at: Option<OffsetDateTime>,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339::option")]
    updated_at: Option<OffsetDateTime>,
}

/// An index of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataTableIndex)]
struct IndexRecord {
    /// Its name.
    name: String,
    /// Its columns, in order.
    columns: Vec<String>,
    /// Whether no two rows have the same values in them.
    unique: bool,
}

impl From<Index> for IndexRecord {
    fn from(index: Index) -> Self {
        Self { name: index.name.to_string(), columns: index.columns, unique: index.unique }
    }
}

impl Record {
    /// A table that exists.
    pub(super) fn of(table: &Table) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::TableNotFound);
        let definition = table.definition.as_ref().ok_or_else(unknown)?;
        Ok(Self {
            id: table.id.map(|id| id.to_string()).unwrap_or_default(),
            name: table.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            version: table.version,
            schema: definition.schema(),
            indexes: definition.indexes.iter().cloned().map(IndexRecord::from).collect(),
            refused: table.refused.clone(),
            created_at: table.created_at,
            updated_at: table.changed_at,
        })
    }

    /// A table as a list shows it.
    pub(super) fn of_summary(summary: Summary) -> Result<Self, Problem> {
        let definition = summary.definition.unwrap_or_default();
        let definition: Definition =
            serde_json::from_value(definition).map_err(Problem::internal)?;
        Ok(Self {
            id: summary.table_id,
            name: summary.name,
            version: u64::try_from(summary.version).unwrap_or_default(),
            schema: definition.schema(),
            indexes: definition.indexes.into_iter().map(IndexRecord::from).collect(),
            refused: BTreeMap::new(),
            created_at: Some(summary.created_at),
            updated_at: Some(summary.changed_at),
        })
    }
}

/// Rows that were written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WrittenRows)]
pub struct Rows {
    /// The rows as they are now; numbers that are exact are texts.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
}

impl From<Changed> for Rows {
    fn from(changed: Changed) -> Self {
        Self { rows: changed.rows }
    }
}

/// One row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableRow)]
pub struct RowRecord {
    /// The row; numbers that are exact are texts.
    #[schema(value_type = Object)]
    row: Value,
}

impl RowRecord {
    pub(super) const fn of(row: Value) -> Self {
        Self { row }
    }

    /// The one row that a change was about.
    pub(super) fn changed(changed: Changed) -> Result<Self, Problem> {
        let row = changed.rows.into_iter().next();
        row.map(Self::of).ok_or_else(|| Problem::new(Code::RowNotFound))
    }
}

/// The faults of a body, as details of a problem of this kind.
pub(super) fn faulty(code: Code, prefix: &str, faults: Vec<Fault>) -> Problem {
    let faults = faults.into_iter();
    let details = faults.map(|it| Detail::new(format!("{prefix}{}", it.path), it.message));
    Problem::new(code).with_details(details.collect())
}
