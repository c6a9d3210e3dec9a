//! One decision being made: facts, and the run with them applied.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::expression::Scope;
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::frame::Frame;
use crate::json::Json;
use crate::limits::{HISTORY_WARNING, MAX_HISTORY};
use crate::node::{Awoken, Slept, completed, scheduled};
use crate::node_state::{NodeState, Phase};
use crate::place::{Iteration, Place};
use crate::plan::{Plan, Planned};
use crate::remedy::Remedy;
use crate::retry::{back_off, is_retried};
use crate::run::{Ending, Head, Run, Spot};

/// Facts that belong into one append, in the making.
pub(crate) struct Batch {
    pub(crate) head: Arc<Head>,
    pub(crate) run: Run,
    pub(crate) facts: Vec<Fact>,
    /// What may have something to do next.
    pub(crate) next: VecDeque<Next>,
    pub(crate) at: OffsetDateTime,
    chance: f64,
    /// How long the history was before.
    events_before: u32,
}

/// What may have something to do next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    /// A node whose parents have settled.
    Node(Spot),
    /// A loop of which an iteration is over, or that has just begun.
    Loop(Spot),
}

impl Batch {
    /// A batch that goes on from there; none when the run has not started.
    pub(crate) fn of(run: Run, at: OffsetDateTime, chance: f64) -> Option<Self> {
        let head = Arc::clone(run.head()?);
        let events_before = run.events;
        let (facts, next) = (Vec::new(), VecDeque::new());
        Some(Self { head, run, facts, next, at, chance, events_before })
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.head.definition.plan()
    }

    pub(crate) fn node(&self, spot: Spot) -> &Planned {
        self.plan().node(spot.index)
    }

    /// The place that facts name.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        Place { node: self.node(spot).id.clone(), iteration: spot.iteration }
    }

    pub(crate) fn emit(&mut self, fact: Fact) {
        self.run.apply(&fact);
        self.facts.push(fact);
    }

    /// Begins what is ready and had not begun: at the start, and after a pause.
    pub(crate) fn begin_ready(&mut self) {
        if let Some(defect) = self.plan().defect {
            let message = format!("the definition cannot be executed: {defect}; validate it");
            let code = Failure::INVALID_DEFINITION;
            let failure = Failure::lasting(code, FailureCategory::Config, message);
            self.cancel_rest();
            let (error_workflow, parent) = (self.error_workflow(), self.head.parent.clone());
            let at = self.at;
            self.emit(Fact::Failed { node: None, failure, error_workflow, parent, at });
            return;
        }
        let head = Arc::clone(&self.head);
        let mut next = VecDeque::new();
        look_for_ready(head.definition.plan(), 0, &self.run.root, Iteration::NONE, &mut next);
        self.next = next;
    }

    /// A node is done: whoever waited for it may follow.
    pub(crate) fn succeed(
        &mut self,
        spot: Spot,
        attempt: u32,
        input: Option<Json>,
        result: Json,
        branch: Option<Arc<str>>,
    ) {
        let (kind, node) = (Arc::clone(&self.node(spot).kind), self.place(spot));
        let at = self.at;
        self.emit(Fact::NodeSucceeded { node, kind, attempt, input, result, branch, at });
        self.follow(spot);
    }

    /// An effect failed: it is attempted again later, or the node has failed for good.
    pub(crate) fn fail_attempt(&mut self, spot: Spot, attempt: u32, failure: Failure) {
        let node = self.node(spot);
        let may_go_on = self.run.ending().is_none() || node.compensates.is_some();
        let retried = may_go_on && is_retried(node, attempt, &failure);
        let Some(policy) = node.retry_policy.as_ref().filter(|_| retried) else {
            return self.fail(spot, attempt, None, failure);
        };
        let at = self.at;
        let due_at = at.checked_add(back_off(policy, attempt, self.chance)).unwrap_or(at);
        let due_at = due_at.min(self.deadline()).max(at);
        let node = self.place(spot);
        self.emit_failure(spot, attempt, None, failure);
        let attempt = attempt.saturating_add(1);
        self.emit(Fact::RetryScheduled { node, attempt, due_at, at });
    }

    /// A node failed for good: what its author wants follows, or else the run begins to end,
    /// unless it is ending already.
    pub(crate) fn fail(&mut self, spot: Spot, attempt: u32, input: Option<Json>, failure: Failure) {
        let was_ending = self.run.ending().is_some();
        let remedy = self.remedy(spot, &failure);
        self.emit_failure(spot, attempt, input, failure);
        if was_ending {
            return;
        }
        match remedy {
            Remedy::Stop => self.cancel_rest(),
            remedy @ (Remedy::Continue | Remedy::Fallback { .. }) => {
                let node = self.place(spot);
                self.emit(Fact::FailureHandled { node, remedy, at: self.at });
                self.follow(spot);
            }
        }
    }

    fn remedy(&self, spot: Spot, failure: &Failure) -> Remedy {
        // Whoever comes too late to a join that others have decided harms nobody by failing.
        if self.run.has_lost(spot) {
            return Remedy::Continue;
        }
        match &self.node(spot).on_failure {
            Some(on_failure) => on_failure.remedy_for(failure).clone(),
            None => Remedy::Stop,
        }
    }

    fn emit_failure(&mut self, spot: Spot, attempt: u32, input: Option<Json>, failure: Failure) {
        let (kind, node) = (Arc::clone(&self.node(spot).kind), self.place(spot));
        self.emit(Fact::NodeFailed { node, kind, attempt, input, failure, at: self.at });
    }

    /// The time of the next attempt has come. What the node is given does not change.
    pub(crate) fn attempt(&mut self, spot: Spot, state: &NodeState) {
        let attempt = state.attempt.saturating_add(1);
        let input = state.input.clone().unwrap_or_default();
        self.intend(spot, attempt, state.generation, input);
    }

    /// The delay is over.
    pub(crate) fn wake(&mut self, spot: Spot, state: &NodeState) {
        let done = completed(state.input().map_or(&Value::Null, |input| input));
        self.succeed(spot, 1, None, Arc::new(done.result), done.branch);
    }

    /// The wait is over, and nobody came.
    pub(crate) fn expire(&mut self, spot: Spot, state: &NodeState) {
        let node = self.place(spot);
        let input = state.input().map_or(&Value::Null, |input| input);
        let slept = Slept { since: state.started_at, until: state.due_at().unwrap_or(self.at) };
        if let Some(done) = scheduled(input, slept) {
            let (data, source) = (Arc::new(Value::Null), "schedule".to_owned());
            let by = "system:timer".to_owned();
            self.emit(Fact::WaitResumed { node, data, source, by, at: self.at });
            return self.succeed(spot, 1, None, Arc::new(done.result), done.branch);
        }
        let has_branch = |branch: &str| self.plan().has_branch(self.node(spot), branch);
        let logic = self.node(spot).logic;
        let missed = Awoken { logic, input, has_branch: &has_branch }.missed();
        let kind = self.helper_of(spot);
        self.emit(Fact::WaitTimedOut { node, kind, at: self.at });
        if let Some(done) = missed {
            self.succeed(spot, 1, None, Arc::new(done.result), done.branch);
        } else {
            let message = "nobody resumed the wait in time; a child with branch timed_out would \
                           go on from here";
            let code = Failure::WAIT_TIMED_OUT;
            let failure = Failure::lasting(code, FailureCategory::Timeout, message);
            self.fail(spot, 1, None, failure);
        }
    }

    /// What the wait waited for has come.
    pub(crate) fn resume(
        &mut self,
        spot: Spot,
        state: &NodeState,
        data: Json,
        source: String,
        by: String,
    ) {
        let input = state.input().map_or(&Value::Null, |input| input);
        let has_branch = |branch: &str| self.plan().has_branch(self.node(spot), branch);
        let logic = self.node(spot).logic;
        let outcome = Awoken { logic, input, has_branch: &has_branch }.resumed(&data, &source);
        let node = self.place(spot);
        self.emit(Fact::WaitResumed { node, data, source, by, at: self.at });
        match outcome {
            Ok(done) => self.succeed(spot, 1, None, Arc::new(done.result), done.branch),
            Err(failure) => self.fail(spot, 1, None, failure),
        }
    }

    /// Notes what follows a settled node: children whose ways are decided, and the loop around it.
    pub(crate) fn follow(&mut self, spot: Spot) {
        if self.run.ending().is_some() || self.run.paused.is_some() {
            return;
        }
        let head = Arc::clone(&self.head);
        let node = head.definition.plan().node(spot.index);
        for child in node.children.iter().chain(&node.fallbacks) {
            let child = Spot { index: *child, iteration: spot.iteration };
            if self.is_ready(child) {
                self.next.push_back(Next::Node(child));
            }
        }
        if let Some(around) = node.loops.last()
            && self.run.frame_of(spot).is_some_and(Frame::is_settled)
        {
            let iteration = spot.iteration.up_to(node.loops.len() - 1);
            self.next.push_back(Next::Loop(Spot { index: *around, iteration }));
        }
    }

    pub(crate) fn is_ready(&self, spot: Spot) -> bool {
        self.run.find(spot).is_some_and(|state| state.is_ready(self.node(spot).needs))
    }

    /// Executes what is ready, ends the run when it is over, and hands out the facts.
    pub(crate) fn conclude(mut self) -> Vec<Fact> {
        while let Some(next) = self.next.pop_front() {
            if self.run.ending().is_some() || self.is_too_long() {
                break;
            }
            match next {
                Next::Node(spot) if self.is_ready(spot) => self.begin_or_skip(spot),
                Next::Node(_) => {}
                Next::Loop(spot) => self.advance(spot),
            }
        }
        self.next.clear();
        if self.run.ending().is_none() && !self.run.status().is_terminal() {
            self.hold_against_limits();
        }
        self.end_when_over();
        self.facts
    }

    fn begin_or_skip(&mut self, spot: Spot) {
        if self.run.find(spot).is_some_and(|state| state.chosen_by > 0) {
            return self.begin(spot);
        }
        let (node, kind) = (self.place(spot), Arc::clone(&self.node(spot).kind));
        self.emit(Fact::NodeSkipped { node, kind, at: self.at });
        self.follow(spot);
    }

    fn is_too_long(&self) -> bool {
        self.run.events >= MAX_HISTORY
    }

    fn hold_against_limits(&mut self) {
        if self.run.is_settled() {
            return;
        }
        if self.events_before < HISTORY_WARNING && self.run.events >= HISTORY_WARNING {
            let (events, limit) = (self.run.events, MAX_HISTORY);
            self.emit(Fact::HistoryGrewLong { events, limit, at: self.at });
        }
        if self.is_too_long() {
            let message = format!(
                "the run's history has {MAX_HISTORY} events or more: let it do less, or let child \
                 workflows do parts of it"
            );
            self.exceed(Failure::lasting(
                Failure::HISTORY_TOO_LONG,
                FailureCategory::Limit,
                message,
            ));
        } else if self.at >= self.deadline() {
            let limit = self.head.definition.max_run_ms();
            let message = format!(
                "the run did not end within {limit} ms: give it more time by maxRunMs, or let it \
                 wait less"
            );
            self.exceed(Failure::lasting(Failure::RUN_TOO_LONG, FailureCategory::Limit, message));
        }
    }

    /// The run as a whole has hit a limit.
    pub(crate) fn exceed(&mut self, failure: Failure) {
        self.emit(Fact::LimitReached { failure, at: self.at });
        self.cancel_rest();
    }

    /// When the run must be over.
    pub(crate) fn deadline(&self) -> OffsetDateTime {
        let limit = Duration::milliseconds(
            i64::try_from(self.head.definition.max_run_ms()).unwrap_or(i64::MAX),
        );
        self.head.started_at.checked_add(limit).unwrap_or(self.at)
    }

    pub(crate) fn scope(&self, spot: Spot) -> Scope<'_> {
        Scope { head: &self.head, run: &self.run, spot }
    }

    pub(crate) fn is_ending_by(&self) -> Option<Ending> {
        self.run.ending().cloned()
    }
}

/// Everything in a frame, and in the frames of its loops, that may begin.
fn look_for_ready(
    plan: &Plan,
    scope: usize,
    frame: &Frame,
    iteration: Iteration,
    next: &mut VecDeque<Next>,
) {
    for index in &plan.scopes[scope].members {
        let node = plan.node(*index);
        let Some(state) = frame.nodes.get(node.local) else { continue };
        let spot = Spot { index: *index, iteration };
        if state.is_ready(node.needs) {
            next.push_back(Next::Node(spot));
        }
        if let (Phase::Looping, Some(turns), Some(body)) = (&state.phase, &state.turns, node.body) {
            for (turn, frame) in (0..).zip(&turns.frames) {
                if !frame.is_settled() {
                    look_for_ready(plan, body, frame, iteration.inside(turn), next);
                }
            }
            next.push_back(Next::Loop(spot));
        }
    }
}
