//! Whether an interface can be used: every fault with its place and what helps.

use std::collections::BTreeSet;

use serde_json::Value;

use super::answer::type_fault;
use super::component::{
    Action, Component, ComponentType, CustomProps, DisplayType, Field, FieldType,
};
use super::fault::Fault;
use super::layout_check::check_layout;

/// How large an interface may be, as JSON text: it travels with every task that it asks.
const MAX_BYTES: usize = 64 * 1024;
/// How long texts may be, in characters.
const MAX_NAME: usize = 200;
const MAX_TEXT: usize = 1_000;
const MAX_SAID: usize = 300;
const MAX_BUTTON: usize = 80;
/// How many of each there may be.
const MAX_FIELDS: usize = 100;
const MAX_OPTIONS: usize = 200;
const MAX_RULES: usize = 20;
const MAX_ACTIONS: usize = 10;
const MAX_COLUMNS: usize = 30;
/// How long a key may be.
const MAX_KEY: usize = 64;
/// The key under which an answer has the action that was chosen.
pub(super) const ACTION: &str = "action";

/// Everything that is wrong with an interface; nothing where it can be used.
pub fn check(component: &Component) -> Vec<Fault> {
    let mut faults = Vec::new();
    check_whole(component, &mut faults);
    let mut known = BTreeSet::new();
    if component.fields.len() > MAX_FIELDS {
        let message = format!("are {}: {MAX_FIELDS} are allowed", component.fields.len());
        faults.push(Fault::new("/fields", message));
        return faults;
    }
    for (number, field) in component.fields.iter().enumerate() {
        check_field(field, &format!("/fields/{number}"), &known, &mut faults);
        if !known.insert(field.field_key.as_str()) {
            let message =
                format!("`{}` is the key of another field: give it its own", field.field_key);
            faults.push(Fault::new(format!("/fields/{number}/fieldKey"), message));
        }
    }
    if component.actions.len() > MAX_ACTIONS {
        let message = format!("are {}: {MAX_ACTIONS} are allowed", component.actions.len());
        faults.push(Fault::new("/actions", message));
    }
    let mut keys = BTreeSet::new();
    for (number, action) in component.actions.iter().enumerate() {
        check_action(action, &format!("/actions/{number}"), &known, &mut faults);
        if !keys.insert(action.action_key.as_str()) {
            let message =
                format!("`{}` is the key of another action: give it its own", action.action_key);
            faults.push(Fault::new(format!("/actions/{number}/actionKey"), message));
        }
    }
    if let Some(layout) = &component.layout {
        check_layout(layout, &known, &mut faults);
    }
    if let Some(props) = &component.custom_props {
        check_props(props, &mut faults);
    }
    faults
}

fn check_whole(component: &Component, faults: &mut Vec<Fault>) {
    bounded("/name", &component.name, 1, MAX_NAME, faults);
    optional("/description", component.description.as_ref(), MAX_TEXT, faults);
    optional("/title", component.title.as_ref(), MAX_NAME, faults);
    let whole = serde_json::to_value(component).unwrap_or_default();
    let bytes = whole.to_string().len();
    if bytes > MAX_BYTES {
        let message = format!("it has {bytes} bytes of JSON: {MAX_BYTES} are allowed");
        faults.push(Fault::new("", message));
    }
    no_expressions(&whole, "", faults);
    let (fields, actions) = (component.fields.is_empty(), component.actions.is_empty());
    let shows = component.custom_props.as_ref().map(|props| props.display_type);
    let mut wrong = |path: &str, message: &str| faults.push(Fault::new(path, message));
    match component.component_type {
        ComponentType::Form | ComponentType::Modal => {
            if fields && actions {
                wrong(
                    "/fields",
                    "a form has a field or an action at least: there is nothing to answer",
                );
            }
            if shows.is_some() {
                wrong("/customProps", "belongs to a `Display` or a `Custom`: leave it out");
            }
        }
        ComponentType::Display => {
            if fields && shows.is_none() {
                wrong(
                    "/customProps",
                    "is needed: `{\"displayType\": \"table\"}` or `card`, or give fields",
                );
            }
            if shows == Some(DisplayType::Actions) {
                wrong("/customProps/displayType", "is `table` or `card` for a `Display`");
            }
            if !actions {
                wrong("/actions", "a `Display` has none: a `Custom` may have some");
            }
        }
        ComponentType::Custom => match shows {
            None => wrong(
                "/customProps",
                "is needed: `{\"displayType\": …}` with `table`, `card` or `actions`",
            ),
            Some(DisplayType::Actions) if actions => {
                wrong("/actions", "are needed where `displayType` is `actions`");
            }
            Some(DisplayType::Actions | DisplayType::Table | DisplayType::Card) => {
                if !fields {
                    wrong("/fields", "belong to a form or a `Display`: name `customProps.columns`");
                }
            }
        },
    }
}

fn check_field(field: &Field, path: &str, known: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    check_key(&format!("{path}/fieldKey"), &field.field_key, faults);
    if field.field_key == ACTION {
        let message =
            "`action` is where the answer has the button that was pressed: call it something else";
        faults.push(Fault::new(format!("{path}/fieldKey"), message));
    }
    bounded(&format!("{path}/label"), &field.label, 1, MAX_NAME, faults);
    optional(&format!("{path}/placeholder"), field.placeholder.as_ref(), MAX_NAME, faults);
    optional(&format!("{path}/helpText"), field.help_text.as_ref(), MAX_TEXT, faults);
    check_options(field, path, faults);
    if field.validation_rules.len() > MAX_RULES {
        let message = format!("are {}: {MAX_RULES} are allowed", field.validation_rules.len());
        faults.push(Fault::new(format!("{path}/validationRules"), message));
    }
    for (number, rule) in field.validation_rules.iter().take(MAX_RULES).enumerate() {
        let path = format!("{path}/validationRules/{number}");
        optional(&format!("{path}/message"), rule.message.as_ref(), MAX_SAID, faults);
        if let Some(fault) = rule.fault(field.kind) {
            faults.push(Fault::new(path, fault));
        }
    }
    if let Some(default) = &field.default {
        let fault = match field.kind {
            FieldType::File => Some("a file has no default".to_owned()),
            FieldType::Text
            | FieldType::Number
            | FieldType::Boolean
            | FieldType::Select
            | FieldType::MultiSelect
            | FieldType::Date
            | FieldType::Textarea => type_fault(field, default).or_else(|| {
                // A box that has to be ticked may begin without its tick.
                let rules = field.validation_rules.iter();
                let mut rules = rules.filter(|_| field.kind != FieldType::Boolean);
                rules.find_map(|rule| rule.broken_by(default))
            }),
        };
        if let Some(fault) = fault {
            faults.push(Fault::new(
                format!("{path}/default"),
                format!("does not fit the field: {fault}"),
            ));
        }
    }
    if let Some(condition) = &field.visible_if {
        condition.check(&format!("{path}/visibleIf"), &|key| known.contains(key), faults);
    }
}

fn check_options(field: &Field, path: &str, faults: &mut Vec<Fault>) {
    let path = format!("{path}/options");
    let chooses = matches!(field.kind, FieldType::Select | FieldType::MultiSelect);
    if !chooses {
        if !field.options.is_empty() {
            faults
                .push(Fault::new(path, "belong to a `select` or a `multi-select`: leave them out"));
        }
        return;
    }
    if !(1..=MAX_OPTIONS).contains(&field.options.len()) {
        let message =
            format!("are needed: 1 to {MAX_OPTIONS}, each `{{\"value\": …, \"label\": …}}`");
        faults.push(Fault::new(path, message));
        return;
    }
    let mut seen = BTreeSet::new();
    for (number, option) in field.options.iter().enumerate() {
        bounded(&format!("{path}/{number}/value"), &option.value, 1, MAX_NAME, faults);
        optional(&format!("{path}/{number}/label"), option.label.as_ref(), MAX_NAME, faults);
        if !seen.insert(option.value.as_str()) {
            let message = "is the value of another option: give it its own";
            faults.push(Fault::new(format!("{path}/{number}/value"), message));
        }
    }
}

fn check_action(action: &Action, path: &str, known: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    check_key(&format!("{path}/actionKey"), &action.action_key, faults);
    bounded(&format!("{path}/label"), &action.label, 1, MAX_BUTTON, faults);
    optional(&format!("{path}/confirmation"), action.confirmation.as_ref(), MAX_SAID, faults);
    if let Some(condition) = &action.visible_if {
        condition.check(&format!("{path}/visibleIf"), &|key| known.contains(key), faults);
    }
}

fn check_props(props: &CustomProps, faults: &mut Vec<Fault>) {
    let lists = [("columns", props.columns.len()), ("flagConfig", props.flag_config.len())];
    for (name, count) in lists {
        if count > MAX_COLUMNS {
            let message = format!("are {count}: {MAX_COLUMNS} are allowed");
            faults.push(Fault::new(format!("/customProps/{name}"), message));
        }
    }
    if let Some(key) = &props.data_key
        && !key.is_empty()
        && !key.starts_with('/')
    {
        faults.push(Fault::new("/customProps/dataKey", "is a JSON pointer, as `/output/items`"));
    }
    let mut keys = BTreeSet::new();
    for (number, column) in props.columns.iter().enumerate() {
        let path = format!("/customProps/columns/{number}");
        bounded(&format!("{path}/key"), &column.key, 1, MAX_NAME, faults);
        optional(&format!("{path}/label"), column.label.as_ref(), MAX_NAME, faults);
        if !keys.insert(column.key.as_str()) {
            faults.push(Fault::new(format!("{path}/key"), "is the key of another column"));
        }
    }
    for (number, rule) in props.flag_config.iter().enumerate() {
        let path = format!("/customProps/flagConfig/{number}");
        bounded(&format!("{path}/label"), &rule.label, 1, MAX_BUTTON, faults);
        let column = rule.column.as_deref().filter(|_| !keys.is_empty());
        if column.is_some_and(|column| !keys.contains(column)) {
            let message = "is no key of `columns`: name one of them, or leave it out";
            faults.push(Fault::new(format!("{path}/column"), message));
        }
        rule.when.check(&format!("{path}/when"), &|_| true, faults);
    }
}

fn check_key(path: &str, key: &str, faults: &mut Vec<Fault>) {
    let begins = key.starts_with(|first: char| first.is_ascii_alphabetic());
    let plain = key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-');
    if !begins || !plain || key.len() > MAX_KEY {
        let message =
            format!("is a letter, then letters, digits, `_` and `-`: {MAX_KEY} characters at most");
        faults.push(Fault::new(path, message));
    }
}

fn bounded(path: &str, text: &str, least: usize, most: usize, faults: &mut Vec<Fault>) {
    let length = text.trim().chars().count();
    if !(least..=most).contains(&length) {
        faults.push(Fault::new(path, format!("has {least} to {most} characters, not {length}")));
    }
}

fn optional(path: &str, text: Option<&String>, most: usize, faults: &mut Vec<Fault>) {
    if let Some(text) = text {
        bounded(path, text, 0, most, faults);
    }
}

/// An interface stands in the payload of a node, where `{{` begins an expression.
fn no_expressions(value: &Value, path: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            if text.contains("{{") {
                let message = "holds `{{`: an interface is shown as it is written; give what changes as the \
                               task's `data`";
                faults.push(Fault::new(path, message));
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                no_expressions(item, &format!("{path}/{number}"), faults);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                no_expressions(field, &crate::primitives::pointer::below(path, key), faults);
            }
        }
    }
}
