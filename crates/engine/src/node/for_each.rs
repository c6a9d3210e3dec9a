//! `for-each`: executes the nodes of its body for every item of a list.

use serde_json::Value;

use super::field::{array, object, optional_text, whole, wrong};
use crate::expression::Problem;
use crate::limits::MAX_ITERATIONS;

/// How many iterations are under way at a time when they run side by side and the author does not
/// say.
const AT_ONCE: usize = 10;

/// What a loop is given, read.
#[derive(Debug)]
pub(crate) struct ForEach<'a> {
    /// What it goes over.
    pub(crate) items: &'a [Value],
    /// How many iterations may be under way at a time.
    pub(crate) at_once: usize,
}

impl<'a> ForEach<'a> {
    pub(crate) fn read(payload: &'a Value) -> Result<Self, Problem> {
        Ok(Self { at_once: at_once(payload)?, items: array(payload, "array")? })
    }
}

/// What is wrong with an authored payload.
pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let mut problems: Vec<Problem> = at_once(payload).err().into_iter().collect();
    match array(payload, "array") {
        Ok(items) if items.len() > MAX_ITERATIONS => {
            let message = format!(
                "the list has {} items, and a loop takes {MAX_ITERATIONS} at most",
                items.len()
            );
            problems.push(Problem::new("/array", message));
        }
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    problems
}

/// How many items the list has, where the author has written it out.
pub(crate) fn literal_items(payload: &Value) -> Option<usize> {
    payload.get("array").and_then(Value::as_array).map(Vec::len)
}

fn at_once(payload: &Value) -> Result<usize, Problem> {
    let is_parallel = match optional_text(payload, "mode")? {
        None | Some("sequential") => false,
        Some("parallel") => true,
        Some(_) => {
            return Err(wrong("mode", "\"sequential\" or \"parallel\"", &payload["mode"]));
        }
    };
    let limit = object(payload)?.get("maxConcurrency").filter(|limit| !limit.is_null());
    match (is_parallel, limit) {
        (false, None) => Ok(1),
        (true, None) => Ok(AT_ONCE),
        (true, Some(_)) => {
            let limit = whole(payload, "maxConcurrency", 1, MAX_ITERATIONS as u64)?;
            Ok(usize::try_from(limit).unwrap_or(AT_ONCE))
        }
        (false, Some(_)) => Err(Problem::new(
            "/maxConcurrency",
            "it is for iterations side by side: add \"mode\": \"parallel\", or remove it",
        )),
    }
}
