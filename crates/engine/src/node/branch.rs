//! `if`: takes the branch `then` when its condition holds, and `else` when not.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::field::field;
use super::logic::Done;
use crate::condition::Condition;
use crate::expression::{Placeholders, Problem, Scope, Template, has_expression};
use crate::json::{Json, MAX_VALUE_BYTES, spend_on};

pub(super) const BRANCHES: [&str; 2] = [THEN, ELSE];
const THEN: &str = "then";
const ELSE: &str = "else";

/// Where the recorded input holds what the left sides were.
const VALUES: &str = "values";

/// The left sides of an `if`, compiled: keys of the condition that hold expressions.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LeftSides(pub(crate) Vec<(String, Template)>);

/// Finds the left sides of a payload's conditions.
pub(super) fn left_sides(conditions: &[&Value]) -> LeftSides {
    let mut found = Vec::new();
    for condition in conditions {
        let condition = Condition::read(condition, "", &mut Vec::new());
        condition.lefts(&mut |left| {
            if has_expression(left) && !found.iter().any(|(known, _)| known == left) {
                found.push((left.to_owned(), Template::text(left, Placeholders::Refused)));
            }
        });
    }
    LeftSides(found)
}

impl LeftSides {
    /// The payload as it is recorded: with what the left sides were under `values`, so that the
    /// record alone shows why the branch was taken.
    pub(crate) fn add_to(&self, input: Json, scope: Scope<'_>) -> Result<Json, Problem> {
        let Some(fields) = input.as_object().filter(|_| !self.0.is_empty()) else {
            return Ok(input);
        };
        let mut left = spend_on(&input, MAX_VALUE_BYTES).unwrap_or(0);
        let mut values = Map::new();
        for (key, template) in &self.0 {
            let at_condition = |problem: Problem| Problem::new("/condition", problem.message);
            let value = template.resolve(scope).map_err(at_condition)?;
            left = spend_on(&value, left)
                .map_err(|excess| Problem::new("/condition", format!("{key} {excess}")))?;
            values.insert(key.clone(), (*value).clone());
        }
        let mut fields = fields.clone();
        fields.insert(VALUES.to_owned(), Value::Object(values));
        Ok(Value::Object(fields).into())
    }
}

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    match field(payload, "condition") {
        Ok(condition) => {
            Condition::read(condition, "/condition", &mut problems);
        }
        Err(problem) => problems.push(problem),
    }
    problems
}

pub(super) fn choose(input: &Value) -> Result<Done, Problem> {
    let mut problems = Vec::new();
    let condition = Condition::read(field(input, "condition")?, "/condition", &mut problems);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let holds = condition.holds(&|left| looked_up(input, left));
    let branch = if holds { THEN } else { ELSE };
    Ok(Done { branch: Some(branch.into()), ..Done::with([("branch", branch.into())]) })
}

/// What a left side was when the condition was judged: recorded beside it, or the text itself.
pub(super) fn looked_up<'a>(input: &'a Value, left: &str) -> Cow<'a, Value> {
    match input.get(VALUES).and_then(|values| values.get(left)) {
        Some(value) => Cow::Borrowed(value),
        None => Cow::Owned(Value::String(left.to_owned())),
    }
}
