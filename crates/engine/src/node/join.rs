//! `join`: goes on when all, some, or the first of the nodes before it are done.

use serde_json::{Map, Value, json};

use super::field::{object, optional_text, whole, wrong};
use crate::definition::MAX_NODES;
use crate::expression::Problem;
use crate::plan::Plan;
use crate::run::{Run, Spot};

/// How many of the nodes before it a join waits for.
enum Mode {
    /// All that are not skipped.
    All,
    /// The first that succeeds.
    First,
    /// So many.
    Count(u32),
}

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    mode(payload)?;
    match object(payload)?.get("cancelRest") {
        None | Some(Value::Null | Value::Bool(_)) => Ok(()),
        Some(other) => Err(wrong("cancelRest", "true or false", other)),
    }
}

/// How many parents must succeed before the join begins; none: all of them must have settled.
pub(crate) fn join_needs(payload: &Value) -> Option<u32> {
    match mode(payload).ok()? {
        Mode::All => None,
        Mode::First => Some(1),
        Mode::Count(count) => Some(count),
    }
}

/// Whether what leads to the join and nowhere else ends when the join begins.
pub(crate) fn cancels_rest(payload: &Value) -> bool {
    payload.get("cancelRest") == Some(&Value::Bool(true))
}

/// What a join gives: the results of the nodes before it that have succeeded.
pub(crate) fn joined(run: &Run, plan: &Plan, join: Spot) -> Value {
    let mut results = Map::new();
    for member in plan.beside(join.index) {
        let node = plan.node(*member);
        if !node.children.contains(&join.index) {
            continue;
        }
        let state = run.find(Spot { index: *member, iteration: join.iteration });
        let branch = plan.node(join.index).branch.as_deref();
        if let Some(state) = state.filter(|state| state.chooses(branch)) {
            let result = state.result().map_or(Value::Null, |result| (**result).clone());
            results.insert(node.id.to_string(), result);
        }
    }
    let arrived: Vec<Value> = results.keys().map(|id| id.as_str().into()).collect();
    json!({ "arrived": arrived, "results": results })
}

fn mode(payload: &Value) -> Result<Mode, Problem> {
    match optional_text(payload, "mode")? {
        None | Some("all") => Ok(Mode::All),
        Some("first") => Ok(Mode::First),
        Some("count") => {
            let count = whole(payload, "count", 1, MAX_NODES as u64)?;
            Ok(Mode::Count(u32::try_from(count).unwrap_or(u32::MAX)))
        }
        Some(_) => Err(wrong("mode", "\"all\", \"first\" or \"count\"", &payload["mode"])),
    }
}
