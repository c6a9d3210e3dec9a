//! Evaluating expressions in a run.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::ast::{Expression, Loop, LoopPart, Part, Reference, Source, Step};
use super::budget::{Budget, Complaint};
use super::functions::{Function, call};
use crate::definition::NodeId;
use crate::instant;
use crate::node_state::NodeState;
use crate::plan::Index;
use crate::run::{Head, Run, Spot};

/// What expressions can see: a run.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) head: &'a Head,
    pub(crate) run: &'a Run,
    /// The node whose payload is filled in.
    pub(crate) spot: Spot,
}

/// What was found; none is null.
type Found<'a> = Result<Option<Cow<'a, Value>>, Complaint>;

impl<'a> Scope<'a> {
    /// The value of an expression; what does not exist is null.
    ///
    /// # Errors
    /// When a function or an operator cannot work on what it is given, or the bounds are reached.
    pub(crate) fn value(
        self,
        expression: &'a Expression,
        budget: &Budget,
    ) -> Result<Cow<'a, Value>, Complaint> {
        budget.begin();
        Ok(or_null(Evaluation { scope: self, budget }.find(expression)?))
    }

    fn look_up(self, reference: &Reference) -> Option<Cow<'a, Value>> {
        let path = reference.path.as_slice();
        match &reference.source {
            Source::Trigger => self.trigger(path),
            Source::Inputs => walk(&self.head.input, path).map(Cow::Borrowed),
            Source::Props => walk(self.head.definition.props(), path).map(Cow::Borrowed),
            Source::WorkflowId => leaf(path, || json!(self.head.workflow.id)),
            Source::WorkflowVersion => leaf(path, || json!(self.head.workflow.version)),
            Source::StartedAt => leaf(path, || json!(instant::text(self.head.started_at))),
            Source::Node { id, part } => self.node(id, *part, path),
            Source::Variable(name) => walk(self.variable(name)?, path).map(Cow::Borrowed),
            // Read over an event, and not in a run.
            Source::Event => None,
            Source::Loop { of, part } => {
                let (item, index) = match of {
                    Loop::Above(up) => self.loop_above(*up)?,
                    Loop::Of(id) => self.loop_of(id)?,
                };
                match part {
                    LoopPart::Item => walk(item, path).map(Cow::Borrowed),
                    LoopPart::Index => leaf(path, || json!(index)),
                }
            }
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

    /// The item and the index of the turn of the loop that the node stands in, `up` loops further
    /// out.
    fn loop_above(self, up: usize) -> Option<(&'a Value, usize)> {
        let loops = &self.run.plan()?.node(self.spot.index).loops;
        self.turn(loops.len().checked_sub(up + 1)?)
    }

    /// The same of the loop of that node.
    fn loop_of(self, node: &NodeId) -> Option<(&'a Value, usize)> {
        let plan = self.run.plan()?;
        let index: Index = plan.index(node.as_str())?;
        self.turn(plan.node(self.spot.index).loops.iter().position(|around| *around == index)?)
    }

    /// The item and the index of the turn of a loop around the node, counted from the outermost.
    fn turn(self, depth: usize) -> Option<(&'a Value, usize)> {
        let index = *self.run.plan()?.node(self.spot.index).loops.get(depth)?;
        let turn = usize::from(*self.spot.iteration.indices().get(depth)?);
        let around = Spot { index, iteration: self.spot.iteration.up_to(depth) };
        Some((self.run.find(around)?.input()?.get("array")?.get(turn)?, turn))
    }

    /// The value of a variable: what was set in this run, what it began with, or its default.
    fn variable(self, name: &str) -> Option<&'a Value> {
        let begun_with = || self.head.variables.as_ref().and_then(|kept| kept.get(name));
        let set = self.run.variables.get(name).map(|value| &**value);
        set.or_else(begun_with).or_else(|| self.head.definition.default_of(name))
    }
}

/// One evaluation.
#[derive(Clone, Copy)]
struct Evaluation<'a, 'b> {
    scope: Scope<'a>,
    budget: &'b Budget,
}

impl<'a> Evaluation<'a, '_> {
    fn find(self, expression: &'a Expression) -> Found<'a> {
        match expression {
            Expression::Literal(value) => Ok(Some(Cow::Borrowed(value))),
            Expression::Reference(reference) => {
                self.budget.steps(1)?;
                let found = self.scope.look_up(reference);
                if let Some(Cow::Owned(made)) = &found {
                    self.budget.pay(made)?;
                }
                Ok(found)
            }
            Expression::Fallback(choices) => self.first_of(choices),
            Expression::Choice { condition, then, otherwise } => {
                self.find(if self.is_true(condition, "?")? { then } else { otherwise })
            }
            Expression::Every(parts) => self.every(parts),
            Expression::Not(inner) => truth(!self.is_true(inner, "!")?),
            Expression::Compare { left, operator, right } => {
                let left = or_null(self.find(left)?);
                let right = or_null(self.find(right)?);
                self.budget.read(&left)?;
                self.budget.read(&right)?;
                truth(operator.holds(&left, &right))
            }
            Expression::Chain { first, rest } => self.chain(first, rest),
            Expression::Call { function, arguments } => self.call(function, arguments),
            Expression::Inside { of, path } => self.inside(of, path),
        }
    }

    fn first_of(self, choices: &'a [Expression]) -> Found<'a> {
        for choice in choices {
            let found = self.find(choice)?;
            if found.as_deref().is_some_and(|value| !value.is_null()) {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn every(self, parts: &'a [Expression]) -> Found<'a> {
        for part in parts {
            if !self.is_true(part, "&&")? {
                return truth(false);
            }
        }
        truth(true)
    }

    fn chain(
        self,
        first: &'a Expression,
        rest: &'a [(&'static Function, Expression)],
    ) -> Found<'a> {
        let mut total = or_null(self.find(first)?);
        for (function, next) in rest {
            let next = or_null(self.find(next)?);
            total = call(function, vec![total, next], self.budget)?;
        }
        Ok(Some(total))
    }

    fn call(self, function: &'static Function, arguments: &'a [Expression]) -> Found<'a> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(or_null(self.find(argument)?));
        }
        call(function, values, self.budget).map(Some)
    }

    fn inside(self, of: &'a Expression, path: &[Step]) -> Found<'a> {
        match self.find(of)? {
            None => Ok(None),
            Some(Cow::Borrowed(value)) => Ok(walk(value, path).map(Cow::Borrowed)),
            Some(Cow::Owned(value)) => match walk(&value, path) {
                None => Ok(None),
                Some(part) => {
                    self.budget.pay(part)?;
                    Ok(Some(Cow::Owned(part.clone())))
                }
            },
        }
    }

    /// Whether an expression is true; nothing is as good as false.
    fn is_true(self, expression: &'a Expression, operator: &str) -> Result<bool, Complaint> {
        match self.find(expression)?.as_deref() {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Complaint(format!(
                    "{operator} takes true or false: compare the value, as in a == 'yes' or \
                     a != null, or use toBoolean"
                )))
            }
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what is found may be nothing elsewhere")]
fn truth<'a>(flag: bool) -> Found<'a> {
    Ok(Some(Cow::Owned(Value::Bool(flag))))
}

fn or_null(found: Option<Cow<'_, Value>>) -> Cow<'_, Value> {
    found.unwrap_or(Cow::Owned(Value::Null))
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
