//! Reading the fields of an object, and noting everything that is wrong with them.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::definition::NodeId;
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::json::Json;
use crate::pointer::below;

/// An object in the definition, and where it stands.
pub(super) struct Place<'a> {
    pub(super) fields: &'a Map<String, Value>,
    pub(super) path: String,
    pub(super) node: Option<NodeId>,
}

/// Notes what is wrong and goes on reading.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) findings: Findings,
}

impl<'a> Place<'a> {
    /// The pointer to one of its fields.
    pub(super) fn at(&self, field: &str) -> String {
        below(&self.path, field)
    }

    /// A field that is there; null counts as not there.
    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }
}

impl Reader {
    pub(super) fn report(
        &mut self,
        node: Option<&NodeId>,
        path: String,
        code: DiagnosticCode,
        message: impl FnOnce() -> String,
    ) {
        let node = node.cloned();
        self.findings.report(|| Diagnostic { node, path, code, message: message() });
    }

    /// Notes every field that is not among the known ones.
    pub(super) fn only(&mut self, place: &Place<'_>, known: &[&str]) {
        for field in place.fields.keys() {
            if !known.contains(&field.as_str()) {
                let node = place.node.as_ref();
                self.report(node, place.at(field), DiagnosticCode::UnknownField, || {
                    let near = did_you_mean(field, known.iter().copied());
                    let known = known.join(", ");
                    format!(
                        "the field \"{}\" is not known here{near} (known are {known})",
                        short(field)
                    )
                });
            }
        }
    }

    /// Notes that a field is not what it must be.
    pub(super) fn wrong(&mut self, place: &Place<'_>, field: &str, expected: &str, found: &Value) {
        self.wrong_at(place, place.at(field), expected, found);
    }

    pub(super) fn wrong_at(
        &mut self,
        place: &Place<'_>,
        path: String,
        expected: &str,
        found: &Value,
    ) {
        self.report(place.node.as_ref(), path, DiagnosticCode::InvalidValue, || {
            format!("must be {expected}, and is {}", describe(found))
        });
    }

    pub(super) fn missing(&mut self, place: &Place<'_>, field: &str, cure: &str) {
        let cure = cure.to_owned();
        self.report(place.node.as_ref(), place.at(field), DiagnosticCode::MissingField, || cure);
    }

    pub(super) fn text(&mut self, place: &Place<'_>, field: &str) -> Option<String> {
        self.expect(place, field, "a text", Value::as_str).map(str::to_owned)
    }

    pub(super) fn flag(&mut self, place: &Place<'_>, field: &str) -> Option<bool> {
        self.expect(place, field, "true or false", Value::as_bool)
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&mut self, place: &Place<'_>, field: &str) -> Option<u64> {
        self.expect(place, field, "a whole number", Value::as_u64)
    }

    pub(super) fn number(&mut self, place: &Place<'_>, field: &str) -> Option<f64> {
        self.expect(place, field, "a number", Value::as_f64)
    }

    pub(super) fn list<'a>(&mut self, place: &Place<'a>, field: &str) -> Option<&'a [Value]> {
        self.expect(place, field, "a list", Value::as_array).map(Vec::as_slice)
    }

    /// What `read` makes of a field that is there; noted when it makes nothing of it.
    fn expect<'a, T>(
        &mut self,
        place: &Place<'a>,
        field: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = place.get(field)?;
        let read = read(value);
        if read.is_none() {
            self.wrong(place, field, expected, value);
        }
        read
    }

    /// A list of texts; items that are none are noted and left out.
    pub(super) fn texts(&mut self, place: &Place<'_>, field: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, item) in self.list(place, field).into_iter().flatten().enumerate() {
            if let Some(text) = item.as_str() {
                texts.push(text.to_owned());
            } else {
                let path = below(&place.at(field), &index.to_string());
                self.wrong_at(place, path, "a text", item);
            }
        }
        texts
    }

    /// An object inside the place.
    pub(super) fn object<'a>(&mut self, place: &Place<'a>, field: &str) -> Option<Place<'a>> {
        let fields = self.expect(place, field, "an object", Value::as_object)?;
        Some(Place { fields, path: place.at(field), node: place.node.clone() })
    }

    /// An object that is kept as data.
    pub(super) fn object_data(&mut self, place: &Place<'_>, field: &str) -> Option<Json> {
        self.expect(place, field, "an object", |value| value.is_object().then_some(value))
            .map(|value| Arc::new(value.clone()))
    }

    /// Anything that is kept as data.
    pub(super) fn data(place: &Place<'_>, field: &str) -> Option<Json> {
        place.get(field).map(|value| Arc::new(value.clone()))
    }
}

/// A value in a few words.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("the text \"{}\"", short(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The beginning of a text, for messages.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 64;
    let mut short: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
