//! A change of a table's definition.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::definition::{Definition, Index, MAX_COLUMNS};
use super::name::Name;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A column comes.
    AddColumn(Column),
    /// A column goes, with what it holds.
    RemoveColumn(Name),
    /// A column is called something else.
    RenameColumn {
        /// What it was called.
        from: Name,
        /// What it is called.
        to: Name,
    },
    /// An index comes.
    AddIndex(Index),
    /// An index goes.
    RemoveIndex(Name),
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It does not go with what there is.
    #[error("{0}")]
    Impossible(String),
    /// It loses data, or breaks what reads the table: it has to be meant.
    #[error("{0}; say `force` if this is meant")]
    Breaking(String),
}

impl Change {
    /// Makes the change, unless it does not fit.
    pub fn apply(&self, definition: &mut Definition, forced: bool) -> Result<(), Unfit> {
        let impossible = |message: String| Err(Unfit::Impossible(message));
        let breaking = |message: String| {
            if forced { Ok(()) } else { Err(Unfit::Breaking(message)) }
        };
        match self {
            Self::AddColumn(column) => {
                let name = &column.name;
                if !definition.is_free(name.as_str()) {
                    return impossible(format!("there is a column `{name}` already"));
                }
                if definition.columns.len() >= MAX_COLUMNS {
                    return impossible(format!("a table has at most {MAX_COLUMNS} columns"));
                }
                if column.required && column.default.is_none() {
                    breaking(format!("`{name}` is required, and rows that exist have no value"))?;
                }
                definition.columns.push(column.clone());
            }
            Self::RemoveColumn(name) => {
                if definition.column(name.as_str()).is_none() {
                    return impossible(format!("there is no column `{name}`"));
                }
                if definition.columns.len() == 1 {
                    return impossible("a table has at least one column".to_owned());
                }
                breaking(format!("what `{name}` holds is lost"))?;
                definition.columns.retain(|column| column.name != *name);
                let names = |index: &Index| index.columns.iter().any(|it| it == name.as_str());
                definition.indexes.retain(|index| !names(index));
            }
            Self::RenameColumn { from, to } => {
                if !definition.is_free(to.as_str()) {
                    return impossible(format!("there is a column `{to}` already"));
                }
                let found = definition.columns.iter_mut().find(|column| column.name == *from);
                let Some(column) = found else {
                    return impossible(format!("there is no column `{from}`"));
                };
                breaking(format!("whoever reads `{from}` finds nothing"))?;
                column.name = to.clone();
                let indexed = definition.indexes.iter_mut().flat_map(|it| it.columns.iter_mut());
                for name in indexed.filter(|name| *name == from.as_str()) {
                    *name = to.to_string();
                }
            }
            Self::AddIndex(index) => {
                definition.takes(index).map_err(Unfit::Impossible)?;
                definition.indexes.push(index.clone());
            }
            Self::RemoveIndex(name) => {
                let before = definition.indexes.len();
                definition.indexes.retain(|index| index.name != *name);
                if definition.indexes.len() == before {
                    return impossible(format!("there is no index `{name}`"));
                }
            }
        }
        Ok(())
    }
}
