//! What a table consists of. It is written as a JSON Schema of its rows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::column::{Column, Kind, MAX_DESCRIPTION};
use super::name::Name;
use super::row::SYSTEM_COLUMNS;

/// How many columns a table has at most, beside those that every table has.
pub const MAX_COLUMNS: usize = 100;
/// How many indexes a table has at most.
pub const MAX_INDEXES: usize = 20;
/// How many columns an index has at most.
const MAX_INDEXED: usize = 8;

/// What is wrong, and where: a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl Fault {
    /// The same within another place.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        Self { path: format!("{place}{}", self.path), ..self }
    }
}

/// What makes looking up fast, or rows unique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Index {
    /// What it is called.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows have the same values in them.
    #[serde(default)]
    pub unique: bool,
}

/// A table's columns and indexes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// What the table is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its columns, beside those that every table has.
    pub columns: Vec<Column>,
    /// Its indexes, beside those of unique columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    #[serde(rename = "$schema")]
    _dialect: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    title: Option<String>,
    description: Option<String>,
    properties: Map<String, Value>,
    #[serde(default)]
    required: BTreeSet<String>,
    additional_properties: Option<bool>,
}

impl Definition {
    /// The definition that a JSON Schema of a row stands for, or all that is wrong with it.
    pub fn of_schema(schema: &Value, indexes: Vec<Index>) -> Result<Self, Vec<Fault>> {
        let fault = |path: &str, message: String| Fault { path: path.to_owned(), message };
        let written = Written::deserialize(schema).map_err(|error| {
            vec![fault("/schema", format!("{error}: a table is an object with `properties`"))]
        })?;
        let mut faults = Vec::new();
        if written.kind.as_deref().is_some_and(|kind| kind != "object") {
            faults.push(fault("/schema/type", "must be object".to_owned()));
        }
        if written.additional_properties == Some(true) {
            let message = "must be false: a row has the columns of its table".to_owned();
            faults.push(fault("/schema/additionalProperties", message));
        }
        if !(1..=MAX_COLUMNS).contains(&written.properties.len()) {
            faults.push(fault("/schema/properties", "has 1 to 100 columns".to_owned()));
        }
        let missing = written.required.iter().find(|name| !written.properties.contains_key(*name));
        if let Some(missing) = missing {
            faults.push(fault("/schema/required", format!("`{missing}` is no property")));
        }
        let mut columns = Vec::new();
        for (name, property) in written.properties.iter().take(MAX_COLUMNS) {
            match Column::of_property(name, property, written.required.contains(name)) {
                Ok(column) => columns.push(column),
                Err(fault) => faults.push(fault.within(&format!("/schema/properties/{name}"))),
            }
        }
        let description = written.description.or(written.title);
        if description.as_ref().is_some_and(|text| text.len() > MAX_DESCRIPTION) {
            faults.push(fault("/schema/description", "has at most 1000 bytes".to_owned()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut definition = Self { description, columns, indexes: Vec::new() };
        for (place, index) in indexes.into_iter().enumerate() {
            let fits = definition.takes(&index);
            fits.map_err(|message| vec![fault(&format!("/indexes/{place}"), message)])?;
            definition.indexes.push(index);
        }
        Ok(definition)
    }

    /// The JSON Schema of its rows, as they are given.
    pub fn schema(&self) -> Value {
        let columns = self.columns.iter();
        let properties: Map<String, Value> =
            columns.map(|column| (column.name.to_string(), column.property())).collect();
        let required: Vec<&str> =
            self.columns.iter().filter(|it| it.required).map(|it| it.name.as_str()).collect();
        let mut schema = json!({
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": false,
        });
        if let Some(description) = &self.description {
            schema["description"] = description.as_str().into();
        }
        schema
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.as_str() == name)
    }

    /// What a column holds, also one of those that every table has.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        match name {
            "id" | "version" => Some(Kind::Integer),
            "created_at" | "updated_at" => Some(Kind::DateTime),
            _ => self.column(name).map(|column| column.kind),
        }
    }

    /// The names of its columns, without those that every table has.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.to_string()).collect()
    }

    /// Whether these columns are unique together, so that a row can be found by them.
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let alone = |name: &String| self.column(name).is_some_and(|column| column.unique);
        (columns.len() == 1 && columns.iter().all(alone))
            || self.indexes.iter().any(|index| index.unique && index.columns == columns)
    }

    /// Whether an index can be added.
    pub(super) fn takes(&self, index: &Index) -> Result<(), String> {
        if self.indexes.len() >= MAX_INDEXES {
            return Err(format!("a table has at most {MAX_INDEXES} indexes"));
        }
        if self.indexes.iter().any(|other| other.name == index.name) {
            return Err(format!("there is an index `{}` already", index.name));
        }
        if !(1..=MAX_INDEXED).contains(&index.columns.len()) {
            return Err(format!("an index has 1 to {MAX_INDEXED} columns"));
        }
        let distinct: BTreeSet<_> = index.columns.iter().collect();
        if distinct.len() != index.columns.len() {
            return Err("an index names a column once".to_owned());
        }
        for name in &index.columns {
            match self.kind(name) {
                None => return Err(format!("there is no column `{name}`")),
                Some(Kind::Json) => return Err(format!("`{name}` holds JSON: it has no order")),
                Some(
                    Kind::String | Kind::Number | Kind::Integer | Kind::Boolean | Kind::DateTime,
                ) => {}
            }
        }
        Ok(())
    }

    /// Whether a column of that name can be added.
    pub(super) fn is_free(&self, name: &str) -> bool {
        self.column(name).is_none() && !SYSTEM_COLUMNS.contains(&name)
    }
}
