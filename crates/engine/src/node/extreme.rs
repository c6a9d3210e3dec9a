//! `list-min` and `list-max`: the least and the greatest of a list, compared exactly.

use std::cmp::Ordering;

use serde_json::Value;

use super::field::{array, optional_text};
use super::logic::Done;
use crate::expression::{Problem, path, walk};
use crate::number::compare;

/// Which end of the list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extreme {
    Least,
    Greatest,
}

impl Extreme {
    /// How a value compares to the one that it replaces.
    fn beyond(self) -> Ordering {
        match self {
            Self::Least => Ordering::Less,
            Self::Greatest => Ordering::Greater,
        }
    }
}

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    [array(payload, "array").err(), optional_text(payload, "field").err()]
        .into_iter()
        .flatten()
        .collect()
}

/// The first of those that no other item is beyond.
pub(super) fn find(extreme: Extreme, input: &Value) -> Result<Done, Problem> {
    let items = array(input, "array")?;
    let steps = optional_text(input, "field")?.map(path).unwrap_or_default();
    let mut best: Option<(usize, &Value, &Value)> = None;
    for (index, item) in items.iter().enumerate() {
        let value = walk(item, &steps).unwrap_or(&Value::Null);
        // Compared with itself, a value shows whether it is a number.
        if compare(value, value).is_none() {
            let what = if steps.is_empty() { "item" } else { "the field of item" };
            let message = format!("{what} {index} is neither a number nor a numeric text");
            return Err(Problem::new("/array", message));
        }
        let is_better =
            best.is_none_or(|(_, so_far, _)| compare(value, so_far) == Some(extreme.beyond()));
        if is_better {
            best = Some((index, value, item));
        }
    }
    let (index, value, item) = best.ok_or_else(|| {
        Problem::new("/array", "it is empty: put an if before this node that asks for an item")
    })?;
    Ok(Done::with([("value", value.clone()), ("index", index.into()), ("item", item.clone())]))
}
