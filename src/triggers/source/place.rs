//! Places in values, and texts with settings in them.

use std::borrow::Cow;

use serde_json::Value;

/// The most values that one place stands for.
const MOST: usize = 10_000;

/// The values at a JSON pointer in which `*` stands for every element of a list.
pub(super) fn all<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for segment in path.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        found = found
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(elements) if segment == "*" => elements.iter().collect(),
                Value::Array(elements) => {
                    let index = segment.parse::<usize>().ok();
                    index.and_then(|index| elements.get(index)).into_iter().collect()
                }
                Value::Object(fields) => fields.get(&name).into_iter().collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
            })
            .take(MOST)
            .collect();
    }
    found
}

/// The text or number at a JSON pointer, as a text.
pub(super) fn text(value: &Value, path: &str) -> Option<String> {
    match value.pointer(path)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text with what `known` says for each `{name}` in it; `None` when it does not know one.
pub(super) fn filled<'a>(
    template: &str,
    known: impl Fn(&str) -> Option<Cow<'a, str>>,
) -> Option<String> {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}')?;
        text.push_str(before);
        text.push_str(&known(name)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// A setting of a trigger as a text; lists are told with commas.
pub(super) fn setting(settings: &Value, name: &str) -> Option<String> {
    match settings.get(name)? {
        Value::Array(elements) => {
            let texts: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
            Some(texts.join(","))
        }
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Object(_) => None,
    }
}
