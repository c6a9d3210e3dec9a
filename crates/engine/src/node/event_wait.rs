//! What a `wait` with `triggerType` `event` waits for: the pattern of a name, a condition, and what
//! it takes out of the event that comes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::event_pattern::EventPattern;
use crate::catalog::PayloadProblem;
use crate::condition::Condition;
use crate::expression::{
    Expression, Problem, Source, Step, has_expression, parse_mapping, path, walk,
};
use crate::json::{Json, MAX_VALUE_BYTES, MAX_VALUE_DEPTH, within};
use crate::pointer::below;

/// How many fields a mapping may have.
pub(crate) const MAX_MAPPED: usize = 50;
/// How much a wait may take out of an event, in bytes of JSON: what is left of a value is for the
/// fields around it.
const MAX_TAKEN: usize = MAX_VALUE_BYTES - 4 * 1_024;
/// How deeply what it takes may be nested, for the same reason.
const MAX_TAKEN_DEPTH: usize = MAX_VALUE_DEPTH - 10;
/// How large the payload of an event that somebody publishes may be, in bytes of JSON: every wait
/// can take it as a whole.
pub const MAX_EVENT_PAYLOAD: usize = MAX_TAKEN - 4 * 1_024;

/// The fields of the setting.
const FIELDS: [&str; 3] = ["pattern", "condition", "mapping"];

/// An event as those see it who wait for it.
#[derive(Debug, Clone)]
pub struct Happening {
    name: String,
    /// `{event, payload, source, eventId}`, and `metadata` where its publisher gave some.
    seen: Json,
}

impl Happening {
    /// An event of that name, with the id by which it is known.
    pub fn new(name: &str, payload: &Value, source: Option<&str>, id: &str) -> Self {
        let seen = json!({ "event": name, "payload": payload, "source": source, "eventId": id });
        Self { name: name.to_owned(), seen: Arc::new(seen) }
    }

    /// The same with what its publisher says about it; nothing when that is null.
    #[must_use]
    pub fn about(self, metadata: Value) -> Self {
        let Self { name, mut seen } = self;
        if let Some(fields) = Arc::make_mut(&mut seen).as_object_mut()
            && !metadata.is_null()
        {
            fields.insert("metadata".to_owned(), metadata);
        }
        Self { name, seen }
    }

    /// Everything that is seen of it.
    pub const fn seen(&self) -> &Json {
        &self.seen
    }

    /// Whether a payload is within the bounds of what is published.
    pub fn accepts(payload: &Value) -> bool {
        within(payload, MAX_EVENT_PAYLOAD, MAX_TAKEN_DEPTH).is_some()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is left of it where it is too large to be taken.
    fn without_payload(&self) -> Value {
        let kept = |name: &str| self.seen.get(name).cloned().unwrap_or_default();
        let mut left = json!({
            "event": kept("event"), "payload": null, "source": kept("source"),
            "eventId": kept("eventId"), "tooLarge": true,
        });
        if let Some(metadata) = self.seen.get("metadata") {
            left["metadata"] = metadata.clone();
        }
        left
    }
}

/// A wait for an event, read from its `triggerConfig`.
#[derive(Debug)]
pub struct EventWait<'a> {
    pattern: EventPattern,
    condition: Option<Condition<'a>>,
    lefts: BTreeMap<&'a str, Vec<Step>>,
    mapping: Option<Vec<(&'a str, Expression)>>,
}

impl<'a> EventWait<'a> {
    /// Reads the setting of a wait that has opened.
    ///
    /// # Errors
    /// The first thing wrong with it, with its place in the setting.
    pub fn of(config: &'a Value) -> Result<Self, PayloadProblem> {
        let mut problems = Vec::new();
        let read = Self::read(config, "", &mut problems);
        match (read, problems.into_iter().next()) {
            (Some(wait), None) => Ok(wait),
            (_, Some(problem)) => {
                Err(PayloadProblem { path: problem.path, message: problem.message })
            }
            (None, None) => Err(PayloadProblem { path: String::new(), message: pattern_cure() }),
        }
    }

    /// Reads a setting and adds everything wrong with it; without problems it is whole.
    pub(super) fn read(config: &'a Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let fields = config.as_object()?;
        for name in fields.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
            let known = FIELDS.join(", ");
            let message = format!("a wait for an event has no such setting (it has {known})");
            problems.push(Problem::new(below(at, name), message));
        }
        let pattern = fields.get("pattern").and_then(Value::as_str).and_then(EventPattern::read);
        if pattern.is_none() {
            problems.push(Problem::new(below(at, "pattern"), pattern_cure()));
        }
        let condition = fields.get("condition").filter(|condition| !condition.is_null());
        let condition = condition
            .map(|condition| Condition::read(condition, &below(at, "condition"), problems));
        let mut lefts = BTreeMap::new();
        if let Some(condition) = &condition {
            let at = below(at, "condition");
            condition.lefts(&mut |left| {
                if !is_seen(left) {
                    problems.push(Problem::new(&at, left_cure(left)));
                }
                lefts.insert(left, path(left));
            });
        }
        let mapping = fields.get("mapping").filter(|mapping| !mapping.is_null());
        let mapping = mapping.map(|mapping| read_mapping(mapping, at, problems));
        Some(Self { pattern: pattern?, condition, lefts, mapping })
    }

    /// The pattern that the event's name must match.
    pub const fn pattern(&self) -> &EventPattern {
        &self.pattern
    }

    /// What the wait is resumed with by this event; none when it waits for another.
    ///
    /// Without a mapping that is the event as a whole: `{event, payload, source, eventId}`. What
    /// would be too large for a value comes without its payload, and with `tooLarge`.
    pub fn answer(&self, happening: &Happening) -> Option<Json> {
        let seen = &*happening.seen;
        let look_up = |left: &str| {
            let found = self.lefts.get(left).and_then(|steps| walk(seen, steps));
            found.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
        };
        let is_meant = self.pattern.matches(&happening.name)
            && self.condition.as_ref().is_none_or(|condition| condition.holds(&look_up));
        if !is_meant {
            return None;
        }
        let taken = match &self.mapping {
            None => Arc::clone(&happening.seen),
            Some(mapping) => {
                let mut left = MAX_TAKEN;
                let mut taken = Map::new();
                for (name, expression) in mapping {
                    let value = find(expression, seen).unwrap_or(&Value::Null);
                    // Many fields may hold the same large value: it is not copied in vain.
                    let Some(rest) = within(value, left, MAX_TAKEN_DEPTH) else {
                        return Some(Arc::new(happening.without_payload()));
                    };
                    left = rest;
                    taken.insert((*name).to_owned(), value.clone());
                }
                Arc::new(Value::Object(taken))
            }
        };
        let fits = within(&taken, MAX_TAKEN, MAX_TAKEN_DEPTH).is_some();
        Some(if fits { taken } else { Arc::new(happening.without_payload()) })
    }
}

fn read_mapping<'a>(
    mapping: &'a Value,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(&'a str, Expression)> {
    let place = below(at, "mapping");
    let mut read = Vec::new();
    let Some(fields) = mapping.as_object() else {
        // What stands at the place of an expression is not judged before it has its value, and a
        // mapping must be known when it is published.
        problems.push(Problem::new(
            at,
            "mapping must be an object: {\"amount\": \"payload.amount || 0\"}",
        ));
        return read;
    };
    if fields.len() > MAX_MAPPED {
        let message = format!("a mapping has at most {MAX_MAPPED} fields");
        problems.push(Problem::new(&place, message));
    }
    for (name, text) in fields {
        let field = below(&place, name);
        let Some(text) = text.as_str() else {
            problems.push(Problem::new(field, mapping_cure()));
            continue;
        };
        if has_expression(text) {
            // For the same reason this is said of the whole: it is never read a second time.
            let message = format!("{name} is already read over the event: leave the braces out");
            problems.push(Problem::new(&place, message));
            continue;
        }
        match parse_mapping(text) {
            Ok(expression) if is_path_or_default(&expression) => {
                read.push((name.as_str(), expression));
            }
            Ok(_) => problems.push(Problem::new(field, mapping_cure())),
            Err(fault) => {
                let message = format!("character {}: {}", fault.position, fault.message);
                problems.push(Problem::new(field, message));
            }
        }
    }
    read
}

/// Whether a path begins with what is known of an event.
fn is_seen(left: &str) -> bool {
    let first = left.split('.').next().unwrap_or_default();
    ["event", "payload", "source", "eventId", "metadata"].contains(&first)
}

fn left_cure(left: &str) -> String {
    format!(
        "\"{left}\" is no place in an event: conditions look at event, payload, source, eventId and \
         metadata, as in payload.amount"
    )
}

fn mapping_cure() -> String {
    "a mapping takes paths into the event with defaults: payload.amount || 0 (paths begin with \
     event, payload, source, eventId or metadata; texts go into quotes)"
        .to_owned()
}

fn pattern_cure() -> String {
    "a wait for an event needs the pattern of its name: {\"pattern\": \"order.paid\"}; words of \
     letters, digits, _ and - with dots between, a * for one or more words"
        .to_owned()
}

fn is_path_or_default(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(_) => true,
        Expression::Reference(reference) => matches!(reference.source, Source::Event),
        Expression::Fallback(parts) => parts.iter().all(is_path_or_default),
        Expression::Choice { .. }
        | Expression::Every(_)
        | Expression::Not(_)
        | Expression::Compare { .. }
        | Expression::Chain { .. }
        | Expression::Call { .. }
        | Expression::Inside { .. } => false,
    }
}

/// The value of what [`is_path_or_default`] lets pass.
fn find<'v>(expression: &'v Expression, seen: &'v Value) -> Option<&'v Value> {
    let found = match expression {
        Expression::Literal(value) => Some(value),
        Expression::Reference(reference) => walk(seen, &reference.path),
        Expression::Fallback(parts) => parts.iter().find_map(|part| find(part, seen)),
        Expression::Choice { .. }
        | Expression::Every(_)
        | Expression::Not(_)
        | Expression::Compare { .. }
        | Expression::Chain { .. }
        | Expression::Call { .. }
        | Expression::Inside { .. } => None,
    };
    found.filter(|value| !value.is_null())
}
