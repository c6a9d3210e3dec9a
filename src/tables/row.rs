//! A row as it comes in, held against its table.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::definition::{Definition, Fault};

/// The columns that every table has, and that the house keeps.
pub const SYSTEM_COLUMNS: [&str; 4] = ["id", "version", "created_at", "updated_at"];

/// Values by column, as the database takes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row(pub Map<String, Value>);

impl Definition {
    /// A whole row: what is absent has its default, or nothing.
    pub fn row(&self, given: Map<String, Value>) -> Result<Row, Vec<Fault>> {
        let mut row = self.part(given)?;
        let mut faults = Vec::new();
        for column in &self.columns {
            let name = column.name.as_str();
            if !row.0.contains_key(name) {
                row.0.insert(name.to_owned(), column.default.clone().unwrap_or_default());
            }
            if column.required && row.0.get(name).is_none_or(Value::is_null) {
                faults.push(fault(name, "is required".to_owned()));
            }
        }
        if faults.is_empty() { Ok(row) } else { Err(faults) }
    }

    /// Some columns of a row, for a change.
    pub fn part(&self, given: Map<String, Value>) -> Result<Row, Vec<Fault>> {
        let mut row = Map::new();
        let mut faults = Vec::new();
        for (name, value) in given {
            match self.field(&name, value) {
                Ok(value) => {
                    row.insert(name, value);
                }
                Err(message) => faults.push(fault(&name, message)),
            }
        }
        if faults.is_empty() { Ok(Row(row)) } else { Err(faults) }
    }

    fn field(&self, name: &str, value: Value) -> Result<Value, String> {
        let Some(column) = self.column(name) else {
            return Err(if SYSTEM_COLUMNS.contains(&name) {
                "is kept by the house and cannot be set".to_owned()
            } else {
                "is no column of this table".to_owned()
            });
        };
        if value.is_null() {
            return if column.required {
                Err("must not be null".to_owned())
            } else {
                Ok(Value::Null)
            };
        }
        column.value(value)
    }

    /// A whole row out of the texts of a CSV line; an empty text is no value. The columns of the
    /// house are passed over, so that what was exported can be imported.
    pub fn line(&self, given: BTreeMap<&str, &str>) -> Result<Row, Vec<Fault>> {
        let mut row = Map::new();
        let mut faults = Vec::new();
        for (name, text) in given {
            if SYSTEM_COLUMNS.contains(&name) || text.is_empty() {
                continue;
            }
            let read = match self.column(name) {
                Some(column) => column.read(text),
                None => Err("is no column of this table".to_owned()),
            };
            match read {
                Ok(value) => {
                    row.insert(name.to_owned(), value);
                }
                Err(message) => faults.push(fault(name, message)),
            }
        }
        if faults.is_empty() { self.row(row) } else { Err(faults) }
    }
}

fn fault(name: &str, message: String) -> Fault {
    Fault { path: crate::primitives::pointer::below("", name), message }
}
