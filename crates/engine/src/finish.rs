//! How a run ends: what has not begun is cancelled, what was done is undone where the author says
//! so, and then the run says how it ended.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::batch::Batch;
use crate::fact::{Compensate, Fact};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::json::{Json, MAX_VALUE_BYTES, kept_or_omitted};
use crate::node::Logic;
use crate::node_state::{NodeState, Phase};
use crate::place::{Iteration, Place};
use crate::plan::Plan;
use crate::run::{Ending, Spot};
use crate::status::RunStatus;

/// The kind of trigger that starts runs of error workflows. When one of those fails, no other is
/// started for it.
pub const ERROR_TRIGGER: &str = "error-workflow";

impl Batch {
    /// Cancels what has not ended and is not in flight: nothing new starts any more.
    pub(crate) fn cancel_rest(&mut self) {
        self.next.clear();
        let head = Arc::clone(&self.head);
        let mut rest = Vec::new();
        look_for_open(head.definition.plan(), 0, &self.run.root, Iteration::NONE, &mut rest);
        self.cancel_all(rest);
    }

    /// Cancels one node, and what is inside it, as far as it has not ended and is not in flight.
    pub(crate) fn cancel(&mut self, spot: Spot) {
        let open = self.open_in(spot);
        self.cancel_all(open);
    }

    fn cancel_all(&mut self, places: Vec<Place>) {
        for node in places {
            let kind = self.run.spot(&node).and_then(|spot| self.helper_of(spot));
            self.emit(Fact::NodeCancelled { node, kind, at: self.at });
        }
    }

    /// The type of a node that waits while somebody else is at work for it.
    pub(crate) fn helper_of(&self, spot: Spot) -> Option<Arc<str>> {
        let waits =
            self.run.find(spot).is_some_and(|state| matches!(state.phase, Phase::Waiting { .. }));
        let node = self.node(spot);
        let is_helped = waits && node.logic.and_then(Logic::is_resumed_by).is_some();
        is_helped.then(|| Arc::clone(&node.kind))
    }

    /// Cancels what is open in the iterations of a loop, and not the loop itself.
    pub(crate) fn cancel_inside(&mut self, spot: Spot) {
        let place = self.place(spot);
        let mut open = self.open_in(spot);
        open.retain(|open| *open != place);
        self.cancel_all(open);
    }

    fn open_in(&self, spot: Spot) -> Vec<Place> {
        let mut open = Vec::new();
        if let Some(state) = self.run.find(spot) {
            look_into(self.plan(), state, self.place(spot), &mut open);
        }
        open
    }

    /// Ends the run, or undoes one more thing, when nothing is in flight any more.
    pub(crate) fn end_when_over(&mut self) {
        while self.run.is_quiet() && !self.run.status().is_terminal() {
            match self.is_ending_by() {
                Some(ending) => {
                    if !self.undo(&ending) {
                        return;
                    }
                    if self.run.undoing.is_none() || self.run.undone {
                        return self.end_by(ending);
                    }
                }
                None if self.run.is_settled() => {
                    let output = self.output();
                    self.tell_others(RunStatus::Success);
                    let parent = self.head.parent.clone();
                    self.emit(Fact::Succeeded { output, parent, at: self.at });
                }
                None => return,
            }
        }
    }

    fn end_by(&mut self, ending: Ending) {
        let (at, parent) = (self.at, self.head.parent.clone());
        match ending {
            Ending::Cancelling { by, reason, compensate: _ } => {
                self.tell_others(RunStatus::Cancelled);
                self.emit(Fact::Cancelled { by, reason, parent, at });
            }
            Ending::Exceeding(failure) => {
                self.tell_others(RunStatus::Failure);
                let (failure, error_workflow) = ((*failure).clone(), self.error_workflow());
                self.emit(Fact::Failed { node: None, failure, error_workflow, parent, at });
            }
            Ending::Failing(spot) => {
                let failure = self.run.find(spot).and_then(NodeState::failure).cloned();
                if let Some(failure) = failure {
                    self.tell_others(RunStatus::Failure);
                    let (node, error_workflow) = (Some(self.place(spot)), self.error_workflow());
                    self.emit(Fact::Failed { node, failure, error_workflow, parent, at });
                }
            }
        }
    }

    /// The workflow that deals with failures, unless this run is one of those that do.
    pub(crate) fn error_workflow(&self) -> Option<String> {
        let is_remedy = self.head.trigger.kind == ERROR_TRIGGER;
        self.head.definition.error_workflow().filter(|_| !is_remedy).map(str::to_owned)
    }

    /// Goes one step further with undoing. False while a step is under way.
    fn undo(&mut self, ending: &Ending) -> bool {
        if self.run.undone {
            return true;
        }
        let Some(plan) = self.run.undoing.clone() else {
            let wanted = match ending {
                Ending::Failing(_) | Ending::Exceeding(_) => Compensate::Yes,
                Ending::Cancelling { compensate, .. } => *compensate,
            };
            if wanted == Compensate::Yes && !self.run.undoable.is_empty() {
                let plan = self.run.undoable.iter().rev().map(|spot| self.place(*spot)).collect();
                self.emit(Fact::CompensationStarted { plan, at: self.at });
            }
            return true;
        };
        for done in &plan {
            let Some(compensation) = self.compensation_of(*done) else { continue };
            let Some(state) = self.run.find(compensation) else { continue };
            if state.phase == Phase::Reserved {
                self.begin(compensation);
                return self.run.is_quiet() && self.has_ended(compensation);
            }
            if !self.has_ended(compensation) {
                return false;
            }
        }
        let failed = plan.iter().filter(|done| !self.run.was_undone(**done));
        let failed = failed.map(|done| self.place(*done)).collect();
        self.emit(Fact::CompensationEnded { failed, at: self.at });
        true
    }

    fn compensation_of(&self, done: Spot) -> Option<Spot> {
        let index = self.node(done).compensated_by?;
        Some(Spot { index, iteration: done.iteration })
    }

    fn has_ended(&self, spot: Spot) -> bool {
        self.run
            .find(spot)
            .is_some_and(|state| matches!(state.phase, Phase::Succeeded { .. } | Phase::Failed(_)))
    }

    /// The events that the author wants to follow the run's end. One whose expressions cannot be
    /// filled in says so in its payload: a run that has ended well does not fail by it.
    fn tell_others(&mut self, end: RunStatus) {
        let head = Arc::clone(&self.head);
        let plan = head.definition.plan();
        for (emission, payload) in head.definition.emissions().iter().zip(&plan.emissions) {
            if !emission.is_for(end) {
                continue;
            }
            let root = plan.index(crate::definition::NodeId::ROOT);
            let Some(index) = root else { continue };
            let scope = self.scope(Spot { index, iteration: Iteration::NONE });
            let payload = payload.resolve(scope).unwrap_or_else(|problem| {
                let failure = Failure::from(problem);
                Arc::new(json!({ "$error": failure.message }))
            });
            let event = emission.event.clone();
            self.emit(Fact::EventEmitted { event, payload, at: self.at });
        }
    }

    /// The results of the leaf nodes that ran. A result for which there is no room is named only;
    /// it can be read from its node.
    fn output(&self) -> Json {
        let plan = self.plan();
        let mut left = MAX_VALUE_BYTES;
        let mut output = Map::new();
        for index in &plan.scopes[0].by_id {
            let node = plan.node(*index);
            let Some(state) = self.run.root.nodes.get(node.local) else { continue };
            let Some(result) = state.result().filter(|_| node.children.is_empty()) else {
                continue;
            };
            let value = kept_or_omitted(result, &mut left, "the outputs together are too large");
            output.insert(node.id.to_string(), value);
        }
        Arc::new(Value::Object(output))
    }
}

fn look_for_open(
    plan: &Plan,
    scope: usize,
    frame: &Frame,
    iteration: Iteration,
    open: &mut Vec<Place>,
) {
    for index in &plan.scopes[scope].by_id {
        let node = plan.node(*index);
        if let Some(state) = frame.nodes.get(node.local) {
            look_into(plan, state, Place { node: node.id.clone(), iteration }, open);
        }
    }
}

fn look_into(plan: &Plan, state: &NodeState, place: Place, open: &mut Vec<Place>) {
    match &state.phase {
        Phase::Pending | Phase::Retrying { .. } | Phase::Delayed { .. } | Phase::Waiting { .. } => {
            open.push(place);
        }
        Phase::Looping => {
            let body = plan.index(place.node.as_str()).and_then(|index| plan.node(index).body);
            if let (Some(turns), Some(body)) = (&state.turns, body) {
                for (turn, frame) in (0..).zip(&turns.frames) {
                    if !frame.is_settled() {
                        let iteration = place.iteration.inside(turn);
                        look_for_open(plan, body, frame, iteration, open);
                    }
                }
            }
            open.push(place);
        }
        Phase::InFlight { .. }
        | Phase::Triggered
        | Phase::Succeeded { .. }
        | Phase::Failed(_)
        | Phase::Handled { .. }
        | Phase::Reserved
        | Phase::Skipped
        | Phase::Cancelled => {}
    }
}
