//! From a template to a draft: what was said stands where its placeholders were.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::content::{Input, Kind};
use super::pointer::{replace, texts};
use super::{Fault, expression};

/// Something that is asked when a template is used: `{{ask.field}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Ask {
    /// Its name.
    pub field: String,
    /// How it is asked: by the name, as `token_address` or `select`; else a text.
    pub widget: &'static str,
}

/// The widgets, by the names of fields that have one.
const WIDGETS: [&str; 21] = [
    "wallet_address",
    "token_addresses",
    "token_address",
    "chain_ids",
    "chain_id",
    "connector_id",
    "slack_channel",
    "telegram_chat",
    "token_amount",
    "recipient_address",
    "contract_address",
    "networks",
    "network",
    "boolean",
    "number",
    "multiselect",
    "select",
    "textarea",
    "date",
    "color",
    "text",
];

/// What a definition asks, each once, in the order of the names.
pub fn asks(definition: &Value) -> Vec<Ask> {
    let mut fields = BTreeSet::new();
    texts(definition, "", &mut |_, text| {
        for expression in expression::each(text) {
            fields.extend(field(expression, "ask").map(str::to_owned));
        }
    });
    fields.into_iter().map(|field| Ask { widget: widget(&field), field }).collect()
}

/// The longest name of a widget that the field has, or ends with: `payer_wallet_address`.
fn widget(field: &str) -> &'static str {
    let fits = |widget: &&&str| {
        field == **widget || field.strip_suffix(**widget).is_some_and(|rest| rest.ends_with('_'))
    };
    WIDGETS.iter().filter(fits).max_by_key(|widget| widget.len()).copied().unwrap_or("text")
}

/// The name behind `root.`, when the expression is that and nothing else.
fn field<'a>(expression: &'a str, root: &str) -> Option<&'a str> {
    let name = expression.strip_prefix(root)?.strip_prefix('.')?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (plain && !name.is_empty()).then_some(name)
}

/// Placeholders that nobody could fill in.
pub(super) fn check_names(kind: Kind, known: &BTreeSet<&str>, definition: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    texts(definition, "/definition", &mut |place, text| {
        for expression in expression::each(text) {
            for path in expression::paths(expression) {
                let (root, name) = path.split_once('.').unwrap_or((path, ""));
                let name = name.split('.').next().unwrap_or_default();
                let message = match (kind, root) {
                    (Kind::Template, "$props") | (Kind::Block, "$inputs")
                        if !known.contains(name) =>
                    {
                        format!("there is no input `{name}`")
                    }
                    (Kind::Template, "ask") if field(expression, "ask").is_none() => {
                        "`{{ask.field}}` stands alone: nothing is calculated with it".to_owned()
                    }
                    (Kind::Block, "ask" | "$props") => {
                        format!("a block has no `{root}`: make it an input")
                    }
                    _ => continue,
                };
                faults.push(Fault::at(place, message));
            }
        }
    });
    faults
}

/// The draft that comes of a template: props are inlined where they stand alone, and kept as the
/// draft's `props` for what calculates with them; what was asked stands in its place.
pub fn fill(
    definition: &Value,
    inputs: &[Input],
    props: &Map<String, Value>,
    answers: &Map<String, Value>,
) -> Result<Value, Vec<Fault>> {
    let mut faults = Vec::new();
    let given = given(inputs, props, "/props", &mut faults);
    let asked = asks(definition);
    for Ask { field, .. } in &asked {
        match answers.get(field) {
            Some(Value::Null) | None => {
                faults.push(Fault::at(format!("/answers/{field}"), "is asked: say something"));
            }
            Some(_) => {}
        }
    }
    for field in answers.keys().filter(|field| asked.iter().all(|ask| ask.field != **field)) {
        faults.push(Fault::at(format!("/answers/{field}"), "is not asked"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let value_of = |expression: &str| {
        field(expression, "$props")
            .and_then(|key| given.get(key))
            .or_else(|| field(expression, "ask").and_then(|field| answers.get(field)))
    };
    let mut filled = substitute(definition, &value_of);
    if let Some(draft) = filled.as_object_mut()
        && !given.is_empty()
    {
        draft.insert("props".to_owned(), given.into_iter().collect::<Map<_, _>>().into());
    }
    Ok(filled)
}

/// What was said for each input, or its default.
pub(super) fn given(
    inputs: &[Input],
    said: &Map<String, Value>,
    place: &str,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, Value> {
    for key in said.keys().filter(|key| inputs.iter().all(|input| input.key != **key)) {
        faults.push(Fault::at(format!("{place}/{key}"), "there is no such input"));
    }
    let mut given = BTreeMap::new();
    for input in inputs {
        let value = said.get(&input.key).filter(|value| !value.is_null());
        match value.or(input.default.as_ref()) {
            None if input.required => {
                let message = format!("is missing: it is {}", input.kind.in_words());
                faults.push(Fault::at(format!("{place}/{}", input.key), message));
            }
            None => {
                given.insert(input.key.clone(), Value::Null);
            }
            Some(value) if input.kind.fits(value) => {
                given.insert(input.key.clone(), value.clone());
            }
            Some(_) => {
                let message = format!("must be {}", input.kind.in_words());
                faults.push(Fault::at(format!("{place}/{}", input.key), message));
            }
        }
    }
    given
}

/// The value with what is known in the place of its expressions: alone it keeps its type, within a
/// text it is written out.
pub(super) fn substitute<'a>(
    value: &Value,
    value_of: &impl Fn(&str) -> Option<&'a Value>,
) -> Value {
    let within = |text: &str| {
        expression::map(text, |found| match value_of(found.trim()) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => format!("{{{{{found}}}}}"),
        })
    };
    let text = |text: &str| match expression::whole(text).and_then(value_of) {
        Some(value) => value.clone(),
        None => Value::String(within(text)),
    };
    replace(value, &text, &within)
}
