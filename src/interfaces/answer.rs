//! Whether an answer is what an interface asks for.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::check::ACTION;
use super::component::{Component, Field, FieldType};
use super::condition::is_empty;
use super::fault::Fault;
use super::rule::is_day;
use crate::primitives::pointer::below;

/// How large a file may be that an answer holds, in bytes: an answer as a whole has 256 KiB.
pub const MAX_FILE_BYTES: usize = 128 * 1024;
/// How long the name and the type of a file may be.
const MAX_FILE_NAME: usize = 255;

/// Everything that is wrong with an answer, where these data are shown beside the fields. What is not shown is
/// not asked for, and not taken either: whoever answered did not see it.
pub fn problems(component: &Component, data: &Value, answer: &Value) -> Vec<Fault> {
    let Value::Object(given) = answer else {
        return vec![Fault::new("", "is an object of answers by the keys of the fields")];
    };
    let (mut faults, mut seen) = (Vec::new(), Map::new());
    let mut known = BTreeSet::new();
    for field in &component.fields {
        known.insert(field.field_key.as_str());
        let value = given.get(&field.field_key);
        let place = below("", &field.field_key);
        let is_shown = field.visible_if.as_ref().is_none_or(|it| it.holds(&seen, data));
        if !is_shown {
            if value.is_some_and(|it| !it.is_null()) {
                let message = "is not shown with these answers: leave it out";
                faults.push(Fault::new(place, message));
            }
            continue;
        }
        let value = value.unwrap_or(&Value::Null);
        let fault = if is_empty(value) { None } else { type_fault(field, value) };
        let fault =
            fault.or_else(|| field.validation_rules.iter().find_map(|rule| rule.broken_by(value)));
        if let Some(fault) = fault {
            faults.push(Fault::new(place, fault));
        }
        seen.insert(field.field_key.clone(), value.clone());
    }
    if !component.actions.is_empty() {
        known.insert(ACTION);
        if let Some(fault) = action_fault(component, data, &seen, given.get(ACTION)) {
            faults.push(Fault::new(below("", ACTION), fault));
        }
    }
    let strange = given.keys().filter(|key| !known.contains(key.as_str()));
    faults.extend(
        strange.map(|key| Fault::new(below("", key), "is no field of this form: leave it out")),
    );
    faults
}

fn action_fault(
    component: &Component,
    data: &Value,
    seen: &Map<String, Value>,
    chosen: Option<&Value>,
) -> Option<String> {
    let shown = component.actions.iter();
    let shown = shown.filter(|it| it.visible_if.as_ref().is_none_or(|it| it.holds(seen, data)));
    let offered: Vec<&str> =
        shown.map(|it| it.action_key.as_str()).filter(|key| *key != "reject").collect();
    let is_one = chosen.and_then(Value::as_str).is_some_and(|chosen| offered.contains(&chosen));
    (!is_one).then(|| format!("is the button that was pressed, one of: {}", offered.join(", ")))
}

/// What keeps a value from being one of this field.
pub(super) fn type_fault(field: &Field, value: &Value) -> Option<String> {
    let is_option = |value: &Value| {
        value.as_str().is_some_and(|text| field.options.iter().any(|it| it.value == text))
    };
    let (fits, wanted) = match field.kind {
        FieldType::Text => {
            let one_line = value.as_str().is_some_and(|text| !text.contains(['\n', '\r']));
            (one_line, "is a line of text")
        }
        FieldType::Textarea => (value.is_string(), "is a text"),
        FieldType::Number => (value.is_number(), "is a number"),
        FieldType::Boolean => (value.is_boolean(), "is true or false"),
        FieldType::Date => (value.as_str().is_some_and(is_day), "is a day, as `2026-11-30`"),
        FieldType::Select => (is_option(value), "is one of the options"),
        FieldType::MultiSelect => {
            let chosen = value.as_array();
            let fits = chosen.is_some_and(|chosen| {
                let once: BTreeSet<_> = chosen.iter().filter_map(Value::as_str).collect();
                once.len() == chosen.len() && chosen.iter().all(is_option)
            });
            (fits, "is a list of options, each once")
        }
        FieldType::File => (
            is_file(value),
            "is a file of at most 128 KiB: `{\"name\": …, \"type\": …, \"data\": …}`, the data in base64",
        ),
    };
    (!fits).then(|| wanted.to_owned())
}

fn is_file(value: &Value) -> bool {
    let Value::Object(parts) = value else { return false };
    let text = |name: &str| parts.get(name).and_then(Value::as_str);
    let (Some(name), Some(kind), Some(data)) = (text("name"), text("type"), text("data")) else {
        return false;
    };
    let named = (1..=MAX_FILE_NAME).contains(&name.chars().count()) && kind.len() <= MAX_FILE_NAME;
    // Four characters stand for three bytes.
    let is_small = data.len() <= MAX_FILE_BYTES.div_ceil(3) * 4;
    let decoded = is_small.then(|| STANDARD.decode(data).ok()).flatten();
    parts.len() == 3 && named && decoded.is_some_and(|it| it.len() <= MAX_FILE_BYTES)
}
