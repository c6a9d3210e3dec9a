//! The narrow side of a comparison: schemas that hold at once, and what follows from them.

use std::sync::LazyLock;

use serde_json::{Map, Number, Value};

use super::kinds::Kinds;
use crate::schemas::part::{Lost, MAX_PARTS, Part};

/// A schema of a kind of values each, to split data by.
pub(super) static BY_KIND: LazyLock<[(Kinds, Value); 6]> = LazyLock::new(|| {
    [
        (Kinds::NULL, "null"),
        (Kinds::BOOLEAN, "boolean"),
        (Kinds::NUMBER, "number"),
        (Kinds::STRING, "string"),
        (Kinds::ARRAY, "array"),
        (Kinds::OBJECT, "object"),
    ]
    .map(|(kind, name)| (kind, serde_json::json!({ "type": name })))
});

/// What is known of a field of an object.
#[derive(Debug, Default)]
pub(super) struct Field<'a> {
    /// The schemas that its value fits.
    pub(super) parts: Vec<Part<'a>>,
    /// Whether one of them is there for this very name.
    pub(super) is_described: bool,
}

/// Schemas that hold at once.
#[derive(Debug, Clone)]
pub(super) struct Narrow<'a>(pub(super) Vec<Part<'a>>);

impl<'a> Narrow<'a> {
    pub(super) fn of(parts: impl IntoIterator<Item = Part<'a>>) -> Result<Self, Lost> {
        let mut all = Vec::new();
        for part in parts {
            all.extend(part.conjuncts()?);
        }
        if all.len() > MAX_PARTS { Err(Lost) } else { Ok(Self(all)) }
    }

    /// The same, and this one as well.
    pub(super) fn and(&self, part: Part<'a>) -> Result<Self, Lost> {
        Self::of(std::iter::once(part)).map(|own| own.0).and_then(|own| {
            let mut all = self.0.clone();
            all.extend(own);
            if all.len() > MAX_PARTS { Err(Lost) } else { Ok(Self(all)) }
        })
    }

    /// The values of a keyword wherever it stands.
    pub(super) fn all<'n>(
        &'n self,
        keyword: &'n str,
    ) -> impl Iterator<Item = (Part<'a>, &'a Value)> + 'n {
        self.0.iter().filter_map(move |part| Some((*part, part.get(keyword)?)))
    }

    pub(super) fn numbers<'n>(&'n self, keyword: &'n str) -> impl Iterator<Item = &'a Number> + 'n {
        self.all(keyword).filter_map(|(_, value)| value.as_number())
    }

    /// The kinds of values that can fit.
    pub(super) fn kinds(&self) -> Kinds {
        self.0.iter().fold(Kinds::ALL, |kinds, part| {
            if *part.node == Value::Bool(false) {
                return Kinds::NONE;
            }
            let named = part.get("type").map_or(Kinds::ALL, Kinds::of_type);
            let listed = part.get("enum").and_then(Value::as_array).map_or(Kinds::ALL, |values| {
                values.iter().fold(Kinds::NONE, |all, value| all.or(Kinds::of(value)))
            });
            let only = part.get("const").map_or(Kinds::ALL, Kinds::of);
            kinds.and(named).and(listed).and(only)
        })
    }

    /// All values that can fit, where a list of them is given.
    pub(super) fn values(&self) -> Option<Vec<&'a Value>> {
        let only = self.all("const").map(|(_, only)| std::slice::from_ref(only));
        let listed = self.all("enum").filter_map(|(_, list)| list.as_array().map(Vec::as_slice));
        let mut lists = only.chain(listed);
        let mut values: Vec<&Value> = lists.next()?.iter().collect();
        for list in lists {
            values.retain(|value| list.contains(value));
        }
        let kinds = self.kinds();
        values.retain(|value| Kinds::of(value).is_within(kinds));
        Some(values)
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        let lists = self.all("required").filter_map(|(_, list)| list.as_array());
        lists.flatten().any(|required| required == name)
    }

    /// The names of all fields that are described.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'a str> + '_ {
        let objects = self.all("properties").filter_map(|(_, fields)| fields.as_object());
        objects.flat_map(|fields| fields.keys().map(String::as_str))
    }

    /// What is known of the field of this name, if there is one.
    pub(super) fn field(&self, name: &str) -> Field<'a> {
        let mut field = Field::default();
        for part in &self.0 {
            let described = part.get("properties").and_then(|fields| fields.get(name));
            field.is_described |= described.is_some();
            // With patterns, what else holds depends on whether one matches: we do not ask.
            let has_patterns = part.get("patternProperties").is_some();
            let rest = || part.get("additionalProperties").filter(|_| !has_patterns);
            field.parts.extend(described.or_else(rest).map(|node| part.beside(node)));
        }
        field
    }

    /// What fits of fields that nobody describes, where those that match one of `exempt` patterns
    /// do not matter.
    pub(super) fn other_fields(&self, exempt: Option<&Map<String, Value>>) -> Vec<Part<'a>> {
        let is_plain = |part: &&Part<'a>| {
            let own = part.get("patternProperties").and_then(Value::as_object);
            own.is_none_or(|own| {
                own.keys().all(|it| exempt.is_some_and(|all| all.contains_key(it)))
            })
        };
        let rest = |part: &Part<'a>| Some(part.beside(part.get("additionalProperties")?));
        self.0.iter().filter(is_plain).filter_map(rest).collect()
    }

    /// How many items have a schema for their place.
    pub(super) fn places(&self) -> usize {
        self.all("prefixItems")
            .filter_map(|(_, list)| Some(list.as_array()?.len()))
            .max()
            .unwrap_or(0)
    }

    /// What fits of the item at a place.
    pub(super) fn item(&self, place: usize) -> Vec<Part<'a>> {
        self.items(|list| list.get(place))
    }

    /// What fits of items behind all places that have a schema of their own.
    pub(super) fn other_items(&self) -> Vec<Part<'a>> {
        self.items(|_| None)
    }

    fn items(&self, own: impl Fn(&'a Vec<Value>) -> Option<&'a Value>) -> Vec<Part<'a>> {
        let item = |part: &Part<'a>| {
            let own = part.get("prefixItems").and_then(Value::as_array).and_then(&own);
            own.or_else(|| part.get("items")).map(|node| part.beside(node))
        };
        self.0.iter().filter_map(item).collect()
    }
}

/// Whether a schema leads anywhere else.
pub(super) fn has_references(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => object.contains_key("$ref") || object.values().any(has_references),
        Value::Array(array) => array.iter().any(has_references),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
