//! A column: what it is called and what it holds. It is written as a property of a JSON Schema.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use super::definition::Fault;
use super::name::Name;
use super::row::SYSTEM_COLUMNS;

/// How many characters a text has at most, and when nothing is said.
pub const MAX_TEXT: u32 = 65_536;
/// How many texts an `enum` lists at most.
const MAX_ENUM: usize = 200;
/// How many bytes a description has at most.
pub(super) const MAX_DESCRIPTION: usize = 1_000;
/// What PostgreSQL has in every table by itself.
const HIDDEN: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A text.
    String,
    /// An exact decimal number.
    Number,
    /// A whole number of 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// A moment.
    DateTime,
    /// Any JSON.
    Json,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// What it is called.
    pub name: Name,
    /// What it holds.
    pub kind: Kind,
    /// Whether every row has a value.
    #[serde(default, skip_serializing_if = "is_not")]
    pub required: bool,
    /// Whether no two rows have the same value.
    #[serde(default, skip_serializing_if = "is_not")]
    pub unique: bool,
    /// The value of rows that give none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// How many characters a text has at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Number>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Number>,
    /// The texts that there may be.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// The table whose rows it names by their `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
const fn is_not(flag: &bool) -> bool {
    !*flag
}

/// A property as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Property {
    #[serde(rename = "type")]
    kind: Option<Value>,
    format: Option<String>,
    max_length: Option<u32>,
    minimum: Option<Number>,
    maximum: Option<Number>,
    #[serde(rename = "enum")]
    allowed: Option<Vec<String>>,
    default: Option<Value>,
    description: Option<String>,
    #[serde(default)]
    unique: bool,
    references: Option<Name>,
}

impl Column {
    /// The column that a property of a JSON Schema describes.
    pub fn of_property(name: &str, property: &Value, required: bool) -> Result<Self, Fault> {
        let at = |place: &str, message: String| Fault { path: place.to_owned(), message };
        let parsed: Name = name.parse().map_err(|error| at("", format!("{error}")))?;
        if SYSTEM_COLUMNS.contains(&name) || HIDDEN.contains(&name) {
            return Err(at("", format!("`{name}` is a column that every table has already")));
        }
        let said: Property = Property::deserialize(property).map_err(|error| {
            at("", format!("{error}: a column has `type`, `format`, `maxLength`, `minimum`, `maximum`, `enum`, `default`, `unique`, `references` and `description`"))
        })?;
        let kind = kind(&said).ok_or_else(|| {
            at("/type", "must be string, number, integer, boolean, object or array, or absent for any JSON; a string may have the format `date-time`".to_owned())
        })?;
        let column = Self {
            name: parsed,
            kind,
            required,
            unique: said.unique,
            default: None,
            max_length: said.max_length.or_else(|| (kind == Kind::String).then_some(MAX_TEXT)),
            minimum: said.minimum,
            maximum: said.maximum,
            allowed: said.allowed,
            references: said.references,
            description: said.description,
        };
        column.fits()?;
        let default = said.default.filter(|value| !value.is_null());
        let default = default.map(|value| column.value(value)).transpose();
        let default = default.map_err(|message| at("/default", message))?;
        Ok(Self { default, ..column })
    }

    /// Whether its parts go together.
    fn fits(&self) -> Result<(), Fault> {
        let wrong = |place: &str, message: &str| {
            Err(Fault { path: place.to_owned(), message: message.to_owned() })
        };
        let is_number = matches!(self.kind, Kind::Number | Kind::Integer);
        if self.max_length.is_some_and(|max| !(1..=MAX_TEXT).contains(&max)) {
            return wrong("/maxLength", "must be between 1 and 65536");
        }
        if self.max_length.is_some() && self.kind != Kind::String {
            return wrong("/maxLength", "is for columns of the type string");
        }
        if (self.minimum.is_some() || self.maximum.is_some()) && !is_number {
            return wrong("", "`minimum` and `maximum` are for numbers");
        }
        if let Some(allowed) = &self.allowed {
            if self.kind != Kind::String || !(1..=MAX_ENUM).contains(&allowed.len()) {
                return wrong("/enum", "lists 1 to 200 texts, of a column of the type string");
            }
            if allowed.iter().any(|text| text.contains('\0') || text.len() > 1_000) {
                return wrong("/enum", "has a text that is too long, or holds a NUL character");
            }
        }
        if self.unique && self.kind == Kind::Json {
            return wrong("/unique", "is not for JSON");
        }
        if self.references.is_some() && self.kind != Kind::Integer {
            return wrong("/references", "is for columns of the type integer: they hold an `id`");
        }
        if self.description.as_ref().is_some_and(|text| text.len() > MAX_DESCRIPTION) {
            return wrong("/description", "has at most 1000 bytes");
        }
        Ok(())
    }

    /// The column as a property of a JSON Schema.
    pub fn property(&self) -> Value {
        let mut property = Map::new();
        let kind = match self.kind {
            Kind::String | Kind::DateTime => Some("string"),
            Kind::Number => Some("number"),
            Kind::Integer => Some("integer"),
            Kind::Boolean => Some("boolean"),
            Kind::Json => None,
        };
        let said = [
            ("type", kind.map(Value::from)),
            ("format", (self.kind == Kind::DateTime).then(|| "date-time".into())),
            ("maxLength", self.max_length.map(Value::from)),
            ("minimum", self.minimum.clone().map(Value::Number)),
            ("maximum", self.maximum.clone().map(Value::Number)),
            ("enum", self.allowed.as_ref().map(|texts| json!(texts))),
            ("default", self.default.clone()),
            ("unique", self.unique.then_some(Value::Bool(true))),
            ("references", self.references.as_ref().map(|name| name.as_str().into())),
            ("description", self.description.clone().map(Value::from)),
        ];
        for (name, value) in said {
            property.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(property)
    }
}

fn kind(said: &Property) -> Option<Kind> {
    let format = said.format.as_deref();
    let kind = match said.kind.as_ref() {
        None => return format.is_none().then_some(Kind::Json),
        Some(Value::String(kind)) => kind.as_str(),
        Some(_) => return None,
    };
    match (kind, format) {
        ("string", None) => Some(Kind::String),
        ("string", Some("date-time")) => Some(Kind::DateTime),
        ("number", None) => Some(Kind::Number),
        ("integer", None) => Some(Kind::Integer),
        ("boolean", None) => Some(Kind::Boolean),
        ("object" | "array", None) => Some(Kind::Json),
        _ => None,
    }
}
