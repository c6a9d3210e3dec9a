//! `filter`: keeps the items of a list that a condition holds for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::field::{array, object};
use super::logic::Done;
use crate::condition::Condition;
use crate::expression::{Problem, path, walk};
use crate::pointer::below;

/// Both names of the condition: the reference's, and the guide's.
const NAMES: [&str; 2] = ["filter", "condition"];

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(array(payload, "array").err());
    match condition(payload, &mut problems) {
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    problems
}

pub(super) fn filter(input: &Value) -> Result<Done, Problem> {
    let items = array(input, "array")?;
    let mut problems = Vec::new();
    let condition = condition(input, &mut problems)?;
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let mut paths = BTreeMap::new();
    condition.lefts(&mut |left| {
        paths.insert(left, path(left));
    });
    let holds = |item: &&Value| {
        condition.holds(&|left| {
            let found = paths.get(left).and_then(|steps| walk(item, steps));
            found.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
        })
    };
    let filtered: Vec<Value> = items.iter().filter(holds).cloned().collect();
    Ok(Done::with([("filtered", filtered.into())]))
}

fn condition<'a>(
    payload: &'a Value,
    problems: &mut Vec<Problem>,
) -> Result<Condition<'a>, Problem> {
    let fields = object(payload)?;
    let mut given = NAMES.into_iter().filter(|name| fields.contains_key(*name));
    match (given.next(), given.next()) {
        (Some(name), None) => Ok(Condition::read(&fields[name], &below("", name), problems)),
        (Some(_), Some(_)) => Err(Problem::new("/condition", "give filter or condition, not both")),
        (None, _) => Err(Problem::new("/filter", "it is missing; add the condition to keep items")),
    }
}
