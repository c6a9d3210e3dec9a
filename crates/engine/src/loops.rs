//! Loops: how they begin, go on with the next item, and end.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::batch::{Batch, Next};
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::frame::Frame;
use crate::json::{Json, MAX_VALUE_BYTES, kept_or_omitted};
use crate::limits::{MAX_ITERATIONS, MAX_LOOP_NODES};
use crate::node::ForEach;
use crate::node_state::Phase;
use crate::plan::Plan;
use crate::run::Spot;

/// What a result leaves to the rest of the loop's result: its frame of field names.
const ROOM_FOR_FRAME: usize = 8 * 1024;

impl Batch {
    pub(crate) fn begin_loop(&mut self, spot: Spot, input: Json) {
        let total = match ForEach::read(&input) {
            Ok(each) => each.items.len(),
            Err(problem) => return self.fail(spot, 1, Some(input), problem.into()),
        };
        if total > MAX_ITERATIONS {
            let message = format!(
                "the list has {total} items, and a loop takes {MAX_ITERATIONS} at most: filter or \
                 page the list, or let a child workflow do each part"
            );
            let code = Failure::TOO_MANY_ITERATIONS;
            let failure = Failure::lasting(code, FailureCategory::Limit, message);
            return self.fail(spot, 1, Some(input), failure);
        }
        let (node, kind) = (self.place(spot), Arc::clone(&self.node(spot).kind));
        self.emit(Fact::LoopStarted { node, kind, input, at: self.at });
        self.next.push_back(Next::Loop(spot));
    }

    /// Begins as many iterations as may be under way, or ends the loop when none is left.
    pub(crate) fn advance(&mut self, spot: Spot) {
        let Some(state) = self.run.find(spot).filter(|state| state.phase == Phase::Looping) else {
            return;
        };
        let Some(input) = state.input.clone() else { return };
        let Ok(each) = ForEach::read(&input) else { return };
        let (begun, open) =
            state.turns.as_ref().map_or((0, 0), |turns| (turns.frames.len(), turns.open()));
        if begun >= each.items.len() {
            if open == 0 {
                self.end_loop(spot, &each);
            }
            return;
        }
        if open < each.at_once {
            self.begin_iteration(spot, begun);
        }
    }

    fn begin_iteration(&mut self, spot: Spot, turn: usize) {
        let head = Arc::clone(&self.head);
        let plan = head.definition.plan();
        let Some(body) = plan.node(spot.index).body else {
            // Validation lets no loop without a body through; there is nothing to do in it.
            return self.end_empty(spot);
        };
        let members = u32::try_from(plan.scopes[body].members.len()).unwrap_or(u32::MAX);
        if self.run.loop_nodes.saturating_add(members) > MAX_LOOP_NODES {
            let message = format!(
                "the loops of the run have executed {MAX_LOOP_NODES} nodes, and may not execute \
                 more: let child workflows do parts of the work"
            );
            let code = Failure::TOO_MANY_LOOP_NODES;
            let failure = Failure::lasting(code, FailureCategory::Limit, message);
            self.cancel_inside(spot);
            return self.fail(spot, 1, None, failure);
        }
        let Ok(index) = u16::try_from(turn) else { return };
        let node = self.place(spot);
        self.emit(Fact::IterationStarted { node, index, at: self.at });
        let iteration = spot.iteration.inside(index);
        for member in &plan.scopes[body].members {
            let member = Spot { index: *member, iteration };
            if self.is_ready(member) {
                self.next.push_back(Next::Node(member));
            }
        }
        // There may be room for one more, and what was taken over may have filled this one.
        self.next.push_back(Next::Loop(spot));
    }

    fn end_loop(&mut self, spot: Spot, each: &ForEach<'_>) {
        let plan = self.plan();
        let frames = self.run.find(spot).and_then(|state| state.turns.clone());
        let frames = frames.as_ref().map_or(&[][..], |turns| turns.frames.as_slice());
        let result = result(plan, plan.node(spot.index).body, frames, each);
        self.succeed(spot, 1, None, Arc::new(result), None);
    }

    fn end_empty(&mut self, spot: Spot) {
        let result = json!({
            "status": "completed", "iterationCount": 0, "lastAdvancedIteration": -1, "iterations": [],
        });
        self.succeed(spot, 1, None, Arc::new(result), None);
    }
}

/// What a loop gives: for each item the results of the leaf nodes of its iteration. A result for
/// which there is no room is named only; it can be read from its node.
fn result(plan: &Plan, body: Option<usize>, frames: &[Arc<Frame>], each: &ForEach<'_>) -> Value {
    let mut left = MAX_VALUE_BYTES - ROOM_FOR_FRAME;
    let iterations: Vec<Value> = frames
        .iter()
        .enumerate()
        .map(|(index, frame)| {
            let mut results = Map::new();
            let mut failed = Map::new();
            for member in body.map_or(&[][..], |body| plan.scopes[body].by_id.as_slice()) {
                let node = plan.node(*member);
                let Some(state) = frame.nodes.get(node.local) else { continue };
                if let Some(failure) = state.failure() {
                    failed.insert(node.id.to_string(), failure.code.clone().into());
                }
                let Some(result) = state.result().filter(|_| node.children.is_empty()) else {
                    continue;
                };
                let value =
                    kept_or_omitted(result, &mut left, "the results together are too large");
                results.insert(node.id.to_string(), value);
            }
            let status = if failed.is_empty() { "success" } else { "handled_failure" };
            let mut iteration = json!({ "index": index, "status": status, "results": results });
            if !failed.is_empty() {
                iteration["failed"] = Value::Object(failed);
            }
            iteration
        })
        .collect();
    let count = each.items.len();
    json!({
        "status": "completed",
        "iterationCount": count,
        "lastAdvancedIteration": i64::try_from(count).unwrap_or(i64::MAX) - 1,
        "iterations": iterations,
    })
}
