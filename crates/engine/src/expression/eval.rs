//! Looking up in a run what expressions refer to.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::ast::{Expression, Part, Reference, Source, Step};
use crate::definition::NodeId;
use crate::node_state::NodeState;
use crate::run::{Head, Run, Spot};

/// What expressions can see: a run.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) head: &'a Head,
    pub(crate) run: &'a Run,
    /// The node whose payload is filled in.
    pub(crate) spot: Spot,
}

impl<'a> Scope<'a> {
    /// The value of an expression; what does not exist is null.
    pub(crate) fn value(self, expression: &'a Expression) -> Cow<'a, Value> {
        self.find(expression).unwrap_or(Cow::Owned(Value::Null))
    }

    fn find(self, expression: &'a Expression) -> Option<Cow<'a, Value>> {
        match expression {
            Expression::Literal(value) => Some(Cow::Borrowed(value)),
            Expression::Reference(reference) => self.look_up(reference),
            Expression::Fallback(choices) => {
                choices.iter().filter_map(|choice| self.find(choice)).find(|value| !value.is_null())
            }
        }
    }

    fn look_up(self, reference: &Reference) -> Option<Cow<'a, Value>> {
        let path = reference.path.as_slice();
        match &reference.source {
            Source::Trigger => self.trigger(path),
            Source::Inputs => walk(&self.head.input, path).map(Cow::Borrowed),
            Source::Props => walk(self.head.definition.props(), path).map(Cow::Borrowed),
            Source::WorkflowId => leaf(path, || json!(self.head.workflow.id)),
            Source::WorkflowVersion => leaf(path, || json!(self.head.workflow.version)),
            Source::Node { id, part } => self.node(id, *part, path),
        }
    }

    /// Where a node stands, in the same iterations as the node that asks.
    fn state(self, id: &NodeId) -> Option<&'a NodeState> {
        let plan = self.run.plan()?;
        let index = plan.index(id.as_str())?;
        let iteration = self.spot.iteration.up_to(plan.node(index).loops.len());
        self.run.find(Spot { index, iteration })
    }

    fn trigger(self, path: &[Step]) -> Option<Cow<'a, Value>> {
        let trigger = &self.head.trigger;
        let Some((field, rest)) = path.split_first() else {
            return Some(Cow::Owned(trigger.result()));
        };
        match field.name() {
            "body" => walk(&trigger.body, rest).map(Cow::Borrowed),
            "source" => leaf(rest, || json!(trigger.source)),
            "type" => leaf(rest, || json!(trigger.kind)),
            "headers" => match rest.split_first() {
                None => Some(Cow::Owned(json!(trigger.headers))),
                // Header names have no case; the trigger holds them in lower case.
                Some((name, rest)) => {
                    let value = trigger.headers.get(&name.name().to_lowercase())?;
                    leaf(rest, || json!(value))
                }
            },
            _ => None,
        }
    }

    fn node(self, id: &NodeId, part: Part, path: &[Step]) -> Option<Cow<'a, Value>> {
        let id = self.head.definition.resolve_alias(id);
        let state = self.state(id)?;
        match part {
            Part::Result if id.is_root() => self.trigger(path),
            Part::Result => walk(state.result()?, path).map(Cow::Borrowed),
            Part::Payload => {
                let payload = match state.input() {
                    Some(input) => input,
                    None => &self.head.definition.node(id)?.payload,
                };
                walk(payload, path).map(Cow::Borrowed)
            }
            Part::Error => {
                let error = state.failure()?.as_value();
                walk(&error, path).cloned().map(Cow::Owned)
            }
        }
    }
}

/// Follows a path into a value.
pub(crate) fn walk<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Object(fields), Step::Key { name, .. }) => fields.get(&**name),
        (Value::Array(items), Step::Key { index: Some(index), .. } | Step::Index(index)) => {
            items.get(*index)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            Step::Key { .. } | Step::Index(_),
        ) => None,
    })
}

/// A value without inside: every further step leads nowhere.
fn leaf<'a>(path: &[Step], value: impl FnOnce() -> Value) -> Option<Cow<'a, Value>> {
    path.is_empty().then(|| Cow::Owned(value()))
}
