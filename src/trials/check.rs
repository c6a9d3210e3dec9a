//! What must hold of a played run, and whether it does.

use std::borrow::Cow;

use engine::RunStatus;
use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::difference::{Comparison, clipped, differences};
use crate::aggregates::test::{Check, CheckKind, Difference};

/// Something that must hold, compiled.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// The run's status.
    Status(RunStatus),
    /// Every value that a path selects.
    Value { kind: CheckKind, text: String, path: JsonPath, how: How, message: Option<String> },
    /// Events, in this order.
    Events(Vec<WantedEvent>),
}

/// How a value is compared.
#[derive(Debug, Clone)]
pub(super) enum How {
    Same(Value),
    /// The same, and objects may hold more.
    Holds(Value),
    Contains(Value),
    Matches(Regex),
}

/// An event that must have happened.
#[derive(Debug, Clone)]
pub(super) struct WantedEvent {
    pub(super) text: String,
    pub(super) pattern: Regex,
    pub(super) payload: Option<Value>,
}

impl Wanted {
    /// Looks at a run's document.
    pub(super) fn check(&self, document: &Value) -> Vec<Check> {
        match self {
            Self::Status(expected) => vec![status(*expected, document)],
            Self::Value { kind, text, path, how, message } => {
                vec![value(*kind, text, path, how, message.as_deref(), document)]
            }
            Self::Events(wanted) => events(wanted, document),
        }
    }
}

fn status(expected: RunStatus, document: &Value) -> Check {
    let actual = &document["status"];
    let passed = actual == expected.name();
    let failure = &document["failure"];
    let told = match (failure["code"].as_str(), failure["message"].as_str()) {
        (Some(code), Some(message)) => format!(": {code}: {message}"),
        _ => String::new(),
    };
    let ended = actual.as_str().unwrap_or_default();
    let message =
        (!passed).then(|| format!("the run should end with {expected}, and is {ended}{told}"));
    Check {
        kind: CheckKind::Status,
        path: "$.status".to_owned(),
        expected: expected.name().into(),
        actual: actual.clone(),
        passed,
        message,
        differences: Vec::new(),
    }
}

fn value(
    kind: CheckKind,
    text: &str,
    path: &JsonPath,
    how: &How,
    message: Option<&str>,
    document: &Value,
) -> Check {
    let selected = path.query(document).all();
    let failing = selected.iter().find_map(|actual| Some((*actual, how.refuse(actual)?)));
    let (passed, actual, why, differences) = match (selected.as_slice(), failing) {
        ([], _) => (false, Value::Null, Some("the path selects nothing".to_owned()), Vec::new()),
        (_, Some((actual, (why, differences)))) => (false, clipped(actual), why, differences),
        ([only], None) => (true, clipped(only), None, Vec::new()),
        (many, None) => {
            let many = many.iter().map(|value| (*value).clone()).collect();
            (true, clipped(&Value::Array(many)), None, Vec::new())
        }
    };
    let message = if passed { None } else { message.map(str::to_owned).or(why) };
    let (path, expected) = (text.to_owned(), clipped(&how.expected()));
    Check { kind, path, expected, actual, passed, message, differences }
}

impl How {
    fn expected(&self) -> Value {
        match self {
            Self::Same(value) | Self::Holds(value) | Self::Contains(value) => value.clone(),
            Self::Matches(pattern) => pattern.as_str().into(),
        }
    }

    /// Why a value is not as it should be, and where.
    fn refuse(&self, actual: &Value) -> Option<(Option<String>, Vec<Difference>)> {
        let found = match self {
            Self::Same(expected) => differences(expected, actual, Comparison::Exact),
            Self::Holds(expected) => differences(expected, actual, Comparison::Contained),
            Self::Contains(expected) => return lacks(expected, actual),
            Self::Matches(pattern) => {
                let fits = pattern.is_match(&as_text(actual));
                let why = || (Some("the pattern does not fit".to_owned()), Vec::new());
                return (!fits).then(why);
            }
        };
        (!found.is_empty()).then_some((None, found))
    }
}

/// A text as it is, and everything else as JSON.
fn as_text(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Cow::Borrowed)
}

fn lacks(expected: &Value, actual: &Value) -> Option<(Option<String>, Vec<Difference>)> {
    let why = match actual {
        Value::String(text) => {
            (!text.contains(&*as_text(expected))).then_some("the text does not contain it")
        }
        Value::Array(items) => {
            let holds = |item| differences(expected, item, Comparison::Contained).is_empty();
            (!items.iter().any(holds)).then_some("no item of the list is like that")
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
            let found = differences(expected, actual, Comparison::Contained);
            return (!found.is_empty()).then_some((None, found));
        }
    };
    why.map(|why| (Some(why.to_owned()), Vec::new()))
}

/// The events are looked for one after the other: each behind the one before.
fn events(wanted: &[WantedEvent], document: &Value) -> Vec<Check> {
    let mut rest = document["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut checks = Vec::with_capacity(wanted.len());
    for event in wanted {
        let found = rest.iter().position(|happened| event.is(happened));
        let (passed, actual) = match found {
            Some(index) => {
                let actual = rest[index].clone();
                rest = &rest[index + 1..];
                (true, clipped(&actual))
            }
            None => (false, rest.iter().map(named).collect()),
        };
        let message = (!passed).then(|| {
            "no such event happened behind the one before; `actual` lists what happened there"
                .to_owned()
        });
        let expected = event.payload.as_ref().map(clipped).unwrap_or_default();
        let (path, kind, differences) = (event.text.clone(), CheckKind::Event, Vec::new());
        checks.push(Check { kind, path, expected, actual, passed, message, differences });
    }
    checks
}

impl WantedEvent {
    fn is(&self, happened: &Value) -> bool {
        let kind = happened["type"].as_str().unwrap_or_default();
        let fits = self.pattern.is_match(kind)
            || named(happened).as_str().is_some_and(|text| self.pattern.is_match(text));
        let holds = |payload| differences(payload, happened, Comparison::Contained).is_empty();
        fits && self.payload.as_ref().is_none_or(holds)
    }
}

/// An event's type and node: `node_failed pay`.
fn named(event: &Value) -> Value {
    let kind = event["type"].as_str().unwrap_or_default();
    match event["node"].as_str() {
        Some(node) => format!("{kind} {node}").into(),
        None => kind.into(),
    }
}
