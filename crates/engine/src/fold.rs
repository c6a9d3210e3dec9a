//! How facts change a run. Total: a fact that fits nothing changes nothing.

use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

use crate::fact::{Carried, Fact};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::json::Json;
use crate::node::{SET_VARIABLE, assigned};
use crate::node_state::{NodeState, Phase};
use crate::place::Place;
use crate::plan::Plan;
use crate::remedy::Remedy;
use crate::run::{End, Ending, Head, Pause, Run, Spot};
use crate::status::{RunStatus, WaitMark};

impl Run {
    /// Folds one more fact.
    pub fn apply(&mut self, fact: &Fact) {
        self.events = self.events.saturating_add(1);
        match fact {
            Fact::Started { .. } => self.begin(fact),
            Fact::NodeStarted { node, attempt, input, idempotency_key, timeout_ms, at, .. } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.input = Some(Arc::clone(input));
                    state.started_at = Some(*at);
                    state.phase = Phase::InFlight {
                        idempotency_key: idempotency_key.as_str().into(),
                        timeout_ms: *timeout_ms,
                        repeat: 0,
                    };
                });
            }
            Fact::EffectRepeated { node, repeat: count, .. } => self.change(node, |state| {
                if let Phase::InFlight { repeat, .. } = &mut state.phase {
                    *repeat = *count;
                }
            }),
            Fact::NodeSucceeded { node, kind, attempt, input, result, branch, at } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.end(*at, input.as_ref());
                    state.phase =
                        Phase::Succeeded { result: Arc::clone(result), branch: branch.clone() };
                });
                if &**kind == SET_VARIABLE {
                    self.assign(result);
                }
                self.note_done(node);
                self.settle(node);
            }
            Fact::NodeFailed { node, attempt, input, failure, at, .. } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.end(*at, input.as_ref());
                    state.fail(failure);
                });
                self.note_failing(node);
            }
            Fact::RetryScheduled { node, due_at, .. } => {
                self.change(node, |state| state.retry_at(*due_at));
                self.forget_failing(node);
            }
            Fact::FailureHandled { node, remedy, .. } => self.handle(node, remedy),
            Fact::LoopStarted { node, input, at, .. } => self.change(node, |state| {
                state.attempt = 1;
                state.input = Some(Arc::clone(input));
                state.started_at = Some(*at);
                state.turns = Some(Arc::default());
                state.phase = Phase::Looping;
            }),
            Fact::IterationStarted { node, index, .. } => self.open_iteration(node, *index),
            Fact::NodeSkipped { node, at, .. } => {
                self.change(node, |state| {
                    state.finished_at = Some(*at);
                    state.phase = Phase::Skipped;
                });
                self.settle(node);
            }
            Fact::NodeCancelled { node, at, .. } => self.change(node, |state| {
                state.finished_at = Some(*at);
                state.phase = Phase::Cancelled;
            }),
            Fact::DelayStarted { node, input, due_at, at, .. } => self.change(node, |state| {
                state.sleep(*at, input, Phase::Delayed { due_at: *due_at });
            }),
            Fact::WaitOpened { .. } => self.wait(fact),
            Fact::WaitMarked { node, mark, .. } => self.mark(node, *mark),
            // All are told for the audience; the state follows with the fact that comes next.
            Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::EventEmitted { .. } => {}
            Fact::Paused { by, reason, .. } => {
                self.paused = Some(Pause { by: by.clone(), reason: reason.clone() });
            }
            Fact::Unpaused { .. } => self.paused = None,
            Fact::CancelRequested { by, reason, compensate, .. } => {
                self.paused = None;
                let (by, reason, compensate) = (by.clone(), reason.clone(), *compensate);
                self.ending.get_or_insert(Ending::Cancelling { by, reason, compensate });
            }
            Fact::LimitReached { failure, .. } => {
                self.paused = None;
                self.ending.get_or_insert(Ending::Exceeding(Arc::new(failure.clone())));
            }
            Fact::CompensationStarted { plan, .. } => {
                self.undoing = Some(plan.iter().filter_map(|place| self.spot(place)).collect());
            }
            Fact::CompensationEnded { .. } => self.undone = true,
            Fact::Succeeded { output, at, .. } => {
                self.finish(RunStatus::Success, Some(Arc::clone(output)), None, *at);
            }
            Fact::Failed { failure, at, .. } => {
                self.finish(RunStatus::Failure, None, Some(Arc::new(failure.clone())), *at);
            }
            Fact::Cancelled { at, .. } => self.finish(RunStatus::Cancelled, None, None, *at),
        }
    }

    fn begin(&mut self, fact: &Fact) {
        let Fact::Started {
            run_id,
            workflow,
            definition,
            trigger,
            input,
            source_run,
            carried,
            parent,
            variables,
            subject,
            at,
        } = fact
        else {
            return;
        };
        if self.head.is_some() {
            return;
        }
        self.root = definition.plan().frame(0);
        self.head = Some(Arc::new(Head {
            run_id: run_id.clone(),
            workflow: workflow.clone(),
            definition: Arc::clone(definition),
            trigger: trigger.clone(),
            input: Arc::clone(input),
            source_run: source_run.clone(),
            carried: carried.clone(),
            parent: parent.clone(),
            subject: subject.clone(),
            variables: variables.clone(),
            started_at: *at,
        }));
        let root = Place::from(crate::definition::NodeId::ROOT);
        self.change(&root, |state| {
            state.attempt = 1;
            state.started_at = Some(*at);
            state.finished_at = Some(*at);
            state.phase = Phase::Triggered;
        });
        self.settle(&root);
        for (place, carried) in carried {
            if !place.is_root() && place.iteration.depth() == 0 {
                self.take_over(place, carried);
            }
        }
    }

    /// What a run took over is not its to undo.
    fn take_over(&mut self, place: &Place, carried: &Carried) {
        self.change(place, |state| state.take_over(carried));
        match carried {
            Carried::Succeeded { result, .. } => {
                let kind = self.head.as_ref().and_then(|head| head.definition.node(&place.node));
                if kind.is_some_and(|node| &*node.kind == SET_VARIABLE) {
                    self.assign(result);
                }
                self.settle(place);
            }
            Carried::Skipped {} | Carried::Handled { .. } => self.settle(place),
            Carried::Looping { .. } => {}
        }
    }

    /// A loop begins with its next item. In a run that continues another one, what was done for
    /// the same item is taken over.
    fn open_iteration(&mut self, place: &Place, index: u16) {
        let Some(head) = self.head.as_ref().map(Arc::clone) else { return };
        let plan = head.definition.plan();
        let Some(spot) = self.spot(place) else { return };
        let Some(body) = plan.node(spot.index).body else { return };
        let frame = plan.frame(body);
        let size = u32::try_from(frame.nodes.len()).unwrap_or(u32::MAX);
        let Some(state) = self.state_mut(plan, spot) else { return };
        let Some(turns) = state.turns.as_mut() else { return };
        if turns.frames.len() != usize::from(index) {
            return;
        }
        Arc::make_mut(turns).frames.push(Arc::new(frame));
        let is_same = is_same_item(state.input.as_ref(), head.carried.get(place), index);
        self.loop_nodes = self.loop_nodes.saturating_add(size);
        if !is_same {
            return;
        }
        let iteration = spot.iteration.inside(index);
        for member in &plan.scopes[body].members {
            let place = Place { node: plan.node(*member).id.clone(), iteration };
            if let Some(carried) = head.carried.get(&place) {
                self.take_over(&place, carried);
            }
        }
    }

    /// Changes a node's state and keeps the counts in step with it.
    fn change(&mut self, place: &Place, change: impl FnOnce(&mut NodeState)) {
        let Some(head) = self.head.as_ref().map(Arc::clone) else { return };
        let plan = head.definition.plan();
        let Some(spot) = self.spot(place) else { return };
        let node = plan.node(spot.index);
        let Some(frame) = frame_mut(&mut self.root, plan, &node.loops, spot) else { return };
        let Some(state) = frame.nodes.get_mut(node.local) else { return };
        let before = Weight::of(&state.phase);
        change(state);
        let after = Weight::of(&state.phase);
        frame.unsettled = frame.unsettled + after.unsettled - before.unsettled;
        self.in_flight = self.in_flight + after.in_flight - before.in_flight;
        if after.is_active() {
            self.active.insert(spot);
        } else if before.is_active() {
            self.active.remove(&spot);
        }
    }

    fn wait(&mut self, fact: &Fact) {
        let Fact::WaitOpened { node, input, due_at, at, .. } = fact else { return };
        let phase = Phase::Waiting { due_at: *due_at, mark: WaitMark::Waiting };
        self.change(node, |state| state.sleep(*at, input, phase));
    }

    /// Notes for what a node waits. One that waits no longer is as it is.
    fn mark(&mut self, node: &Place, told: WaitMark) {
        self.change(node, |state| {
            if let Phase::Waiting { mark, .. } = &mut state.phase {
                *mark = told;
            }
        });
    }

    /// Tells what follows a node that one more way to it is decided.
    fn settle(&mut self, place: &Place) {
        let Some(head) = self.head.as_ref().map(Arc::clone) else { return };
        let plan = head.definition.plan();
        let Some(spot) = self.spot(place) else { return };
        let node = plan.node(spot.index);
        let Some(frame) = frame_mut(&mut self.root, plan, &node.loops, spot) else { return };
        let Some(settled) = frame.nodes.get(node.local).cloned() else { return };
        let ways = node.children.iter().map(|child| {
            let child = plan.node(*child);
            let counts = child.needs.is_none() || !settled.is_handled();
            (child.local, counts && settled.chooses(child.branch.as_deref()))
        });
        let fallbacks = node.fallbacks.iter().map(|fallback| {
            let fallback = plan.node(*fallback);
            (fallback.local, settled.falls_back_to(&fallback.id))
        });
        for (local, chosen) in ways.chain(fallbacks) {
            if let Some(state) = frame.nodes.get_mut(local) {
                state.unsettled_parents = state.unsettled_parents.saturating_sub(1);
                state.chosen_by += u32::from(chosen);
            }
        }
    }

    fn state_mut(&mut self, plan: &Plan, spot: Spot) -> Option<&mut NodeState> {
        let node = plan.node(spot.index);
        frame_mut(&mut self.root, plan, &node.loops, spot)?.nodes.get_mut(node.local)
    }

    fn handle(&mut self, place: &Place, remedy: &Remedy) {
        self.change(place, |state| state.handle(remedy));
        self.forget_failing(place);
        self.settle(place);
    }

    fn note_failing(&mut self, place: &Place) {
        if let (Some(spot), None) = (self.spot(place), &self.ending) {
            self.ending = Some(Ending::Failing(spot));
        }
    }

    fn forget_failing(&mut self, place: &Place) {
        if matches!((&self.ending, self.spot(place)), (Some(Ending::Failing(failed)), Some(spot)) if *failed == spot)
        {
            self.ending = None;
        }
    }

    /// Notes what could be undone later.
    fn note_done(&mut self, place: &Place) {
        let spot = self.spot(place);
        let plan = self.plan();
        if let (Some(spot), Some(plan)) = (spot, plan)
            && plan.node(spot.index).compensated_by.is_some()
        {
            self.undoable.push(spot);
        }
    }

    fn assign(&mut self, result: &Value) {
        if let Some((name, value)) = assigned(result) {
            self.variables.insert(name.to_owned(), Arc::new(value.clone()));
        }
    }

    fn finish(
        &mut self,
        status: RunStatus,
        output: Option<Json>,
        failure: Option<Arc<Failure>>,
        at: OffsetDateTime,
    ) {
        self.end.get_or_insert(End { status, output, failure, at });
    }
}

/// The frame around a node, to be changed; what is shared is copied on the way.
fn frame_mut<'a>(
    root: &'a mut Frame,
    plan: &Plan,
    loops: &[crate::plan::Index],
    spot: Spot,
) -> Option<&'a mut Frame> {
    let mut frame = root;
    for (around, turn) in loops.iter().zip(spot.iteration.indices()) {
        let state = frame.nodes.get_mut(plan.node(*around).local)?;
        let turns = Arc::make_mut(state.turns.as_mut()?);
        frame = Arc::make_mut(turns.frames.get_mut(usize::from(*turn))?);
    }
    Some(frame)
}

/// Whether the loop of the continued run had the same item there.
fn is_same_item(input: Option<&Json>, carried: Option<&Carried>, index: u16) -> bool {
    let Some(Carried::Looping { input: before }) = carried else { return false };
    let item =
        |input: &Value| input.get("array").and_then(|items| items.get(usize::from(index))).cloned();
    let now = input.and_then(|input| item(input));
    now.is_some() && now == item(before)
}

/// What a node in some phase adds to the run's counts.
struct Weight {
    in_flight: u32,
    sleeping: u32,
    unsettled: u32,
}

impl Weight {
    fn of(phase: &Phase) -> Self {
        let (in_flight, sleeping, unsettled) = match phase {
            Phase::Pending | Phase::Looping => (0, 0, 1),
            Phase::InFlight { .. } => (1, 0, 1),
            Phase::Retrying { .. } | Phase::Delayed { .. } | Phase::Waiting { .. } => (0, 1, 1),
            Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Handled { .. }
            | Phase::Reserved
            | Phase::Skipped
            | Phase::Cancelled => (0, 0, 0),
        };
        Self { in_flight, sleeping, unsettled }
    }

    fn is_active(&self) -> bool {
        self.in_flight + self.sleeping > 0
    }
}
