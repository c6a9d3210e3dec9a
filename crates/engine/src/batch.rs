//! One decision being made: facts, and the run with them applied.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::definition::NodeId;
use crate::expression::{Problem, Scope};
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::json::{Json, MAX_VALUE_BYTES, spend_on, within_limits};
use crate::node::{Done, Logic, Pure, TIMED_OUT, Wait, completed, period, resumed, timed_out};
use crate::node_state::NodeState;
use crate::plan::{Index, Planned};
use crate::retry::{back_off, is_retried};
use crate::run::{Ending, Head, Run};
use crate::status::ExecutionStatus;

/// Facts that belong into one append, in the making.
pub(crate) struct Batch {
    head: Arc<Head>,
    run: Run,
    pub(crate) facts: Vec<Fact>,
    /// Nodes whose parents have all settled.
    ready: VecDeque<Index>,
    at: OffsetDateTime,
    chance: f64,
}

impl Batch {
    /// A batch that goes on from there; none when the run has not started.
    pub(crate) fn of(run: Run, at: OffsetDateTime, chance: f64) -> Option<Self> {
        let head = Arc::clone(run.head()?);
        Some(Self { head, run, facts: Vec::new(), ready: VecDeque::new(), at, chance })
    }

    pub(crate) fn node(&self, index: Index) -> &Planned {
        self.head.definition.plan().node(index)
    }

    pub(crate) fn emit(&mut self, fact: Fact) {
        self.run.apply(&fact);
        self.facts.push(fact);
    }

    /// Begins every node whose parents had settled before the first decision.
    pub(crate) fn begin_ready(&mut self) {
        let head = Arc::clone(&self.head);
        let plan = head.definition.plan();
        if let Some(defect) = plan.defect {
            let message = format!("the definition cannot be executed: {defect}; validate it");
            let code = Failure::INVALID_DEFINITION;
            let failure = Failure::lasting(code, FailureCategory::Config, message);
            self.cancel_rest();
            self.emit(Fact::Failed { node: None, failure, at: self.at });
            return;
        }
        self.ready = plan.order.iter().copied().filter(|node| self.is_ready(*node)).collect();
    }

    /// A node is done: whoever waited for it may follow.
    pub(crate) fn succeed(
        &mut self,
        index: Index,
        attempt: u32,
        input: Option<Json>,
        result: Json,
        branch: Option<Arc<str>>,
    ) {
        let node = self.node(index);
        let (kind, node) = (Arc::clone(&node.kind), node.id.clone());
        let at = self.at;
        self.emit(Fact::NodeSucceeded { node, kind, attempt, input, result, branch, at });
        self.follow(index);
    }

    /// An effect failed: it is attempted again later, or the node has failed for good.
    pub(crate) fn fail_attempt(&mut self, index: Index, attempt: u32, failure: Failure) {
        let node = self.node(index);
        let retried = self.run.ending().is_none() && is_retried(node, attempt, &failure);
        let Some(policy) = node.retry_policy.as_ref().filter(|_| retried) else {
            return self.fail(index, attempt, None, failure);
        };
        let (node, at) = (node.id.clone(), self.at);
        let due_at = at.checked_add(back_off(policy, attempt, self.chance)).unwrap_or(at);
        self.emit_failure(index, attempt, None, failure);
        let attempt = attempt.saturating_add(1);
        self.emit(Fact::RetryScheduled { node, attempt, due_at, at });
    }

    /// A node failed for good: the run begins to end, unless it is ending already.
    pub(crate) fn fail(
        &mut self,
        index: Index,
        attempt: u32,
        input: Option<Json>,
        failure: Failure,
    ) {
        let was_ending = self.run.ending().is_some();
        self.emit_failure(index, attempt, input, failure);
        if !was_ending {
            self.cancel_rest();
        }
    }

    fn emit_failure(&mut self, index: Index, attempt: u32, input: Option<Json>, failure: Failure) {
        let node = self.node(index);
        let (kind, node) = (Arc::clone(&node.kind), node.id.clone());
        self.emit(Fact::NodeFailed { node, kind, attempt, input, failure, at: self.at });
    }

    /// The time of the next attempt has come. What the node is given does not change.
    pub(crate) fn attempt(&mut self, index: Index, state: &NodeState) {
        let attempt = state.attempt.saturating_add(1);
        let input = state.input.clone().unwrap_or_default();
        self.intend(index, attempt, state.generation, input);
    }

    /// The delay is over.
    pub(crate) fn wake(&mut self, index: Index, state: &NodeState) {
        let done = completed(state.input().map_or(&Value::Null, |input| input));
        self.succeed(index, 1, None, Arc::new(done.result), done.branch);
    }

    /// The wait is over, and nobody came.
    pub(crate) fn expire(&mut self, index: Index, state: &NodeState) {
        let node = self.node(index);
        let id = node.id.clone();
        let has_branch = self.head.definition.plan().has_branch(node, TIMED_OUT);
        self.emit(Fact::WaitTimedOut { node: id, at: self.at });
        if has_branch {
            let done = timed_out(state.input().map_or(&Value::Null, |input| input));
            self.succeed(index, 1, None, Arc::new(done.result), done.branch);
        } else {
            let message = "nobody resumed the wait in time; a child with branch timed_out would \
                           go on from here";
            let code = Failure::WAIT_TIMED_OUT;
            let failure = Failure::lasting(code, FailureCategory::Timeout, message);
            self.fail(index, 1, None, failure);
        }
    }

    /// What the wait waited for has come.
    pub(crate) fn resume(
        &mut self,
        index: Index,
        state: &NodeState,
        data: Json,
        source: String,
        by: String,
    ) {
        let done = resumed(state.input().map_or(&Value::Null, |input| input), &data, &source);
        let node = self.node(index).id.clone();
        self.emit(Fact::WaitResumed { node, data, source, by, at: self.at });
        self.succeed(index, 1, None, Arc::new(done.result), done.branch);
    }

    /// Cancels what has not ended and is not in flight: nothing new starts any more.
    pub(crate) fn cancel_rest(&mut self) {
        self.ready.clear();
        let rest: Vec<NodeId> = self
            .run
            .nodes()
            .filter(|(_, state)| match state.status() {
                ExecutionStatus::Pending
                | ExecutionStatus::Waiting
                | ExecutionStatus::Scheduled => true,
                ExecutionStatus::Running
                | ExecutionStatus::Success
                | ExecutionStatus::Failure
                | ExecutionStatus::Skipped
                | ExecutionStatus::Cancelled
                | ExecutionStatus::AutoSwapping => false,
            })
            .map(|(id, _)| id.clone())
            .collect();
        for node in rest {
            self.emit(Fact::NodeCancelled { node, at: self.at });
        }
    }

    /// Executes what is ready, ends the run when it is over, and hands out the facts.
    pub(crate) fn conclude(mut self) -> Vec<Fact> {
        while let Some(index) = self.ready.pop_front() {
            if self.run.state(index).chosen {
                self.begin(index);
            } else {
                let node = self.node(index);
                let (node, kind) = (node.id.clone(), Arc::clone(&node.kind));
                self.emit(Fact::NodeSkipped { node, kind, at: self.at });
                self.follow(index);
            }
        }
        if self.run.is_quiet() && !self.run.status().is_terminal() {
            self.end();
        }
        self.facts
    }

    fn end(&mut self) {
        let at = self.at;
        match self.run.ending() {
            Some(Ending::Cancelling { by, reason }) => {
                let (by, reason) = (by.clone(), reason.clone());
                self.emit(Fact::Cancelled { by, reason, at });
            }
            Some(Ending::Failing(index)) => {
                let (node, state) = (self.node(*index).id.clone(), self.run.state(*index));
                if let Some(failure) = state.failure().cloned() {
                    self.emit(Fact::Failed { node: Some(node), failure, at });
                }
            }
            None if self.run.is_settled() => {
                let output = self.output();
                self.emit(Fact::Succeeded { output, at });
            }
            None => {}
        }
    }

    /// The results of the leaf nodes that ran. A result for which there is no room is named only;
    /// it can be read from its node.
    fn output(&self) -> Json {
        let plan = self.head.definition.plan();
        let mut left = MAX_VALUE_BYTES;
        let mut output = Map::new();
        for (node, (id, state)) in plan.nodes.iter().zip(self.run.nodes()) {
            let Some(result) = state.result().filter(|_| node.children.is_empty()) else {
                continue;
            };
            let value = match spend_on(result, left) {
                Ok(rest) => {
                    left = rest;
                    (**result).clone()
                }
                Err(_) => json!({ "$omitted": "the outputs together are too large" }),
            };
            output.insert(id.to_string(), value);
        }
        Arc::new(Value::Object(output))
    }

    fn is_ready(&self, index: Index) -> bool {
        self.run.state(index).is_ready()
    }

    /// Notes the children of a settled node whose parents have now all settled.
    fn follow(&mut self, index: Index) {
        if self.run.ending().is_some() {
            return;
        }
        let head = Arc::clone(&self.head);
        for child in &head.definition.plan().node(index).children {
            if self.is_ready(*child) {
                self.ready.push_back(*child);
            }
        }
    }

    fn begin(&mut self, index: Index) {
        let head = Arc::clone(&self.head);
        let node = head.definition.plan().node(index);
        let input = match self.input(node) {
            Ok(input) => input,
            Err(problem) => return self.fail(index, 1, None, problem.into()),
        };
        match node.logic {
            None => self.intend(index, 1, self.run.state(index).generation, input),
            Some(Logic::Delay) => match period(&input) {
                Ok(period) => self.delay(node, input, period),
                Err(problem) => self.fail(index, 1, Some(input), problem.into()),
            },
            Some(Logic::Wait) => match Wait::read(&input) {
                Ok(wait) => self.wait(node, input, wait.timeout_ms),
                Err(problem) => self.fail(index, 1, Some(input), problem.into()),
            },
            Some(
                logic @ (Logic::If
                | Logic::Log
                | Logic::Format
                | Logic::Filter
                | Logic::Pluck
                | Logic::Fail
                | Logic::Plain(_)),
            ) => match self.execute(logic, node, &input) {
                Ok(done) => {
                    let result = Arc::new(done.result);
                    self.succeed(index, 1, Some(input), result, done.branch);
                }
                Err(failure) => self.fail(index, 1, Some(input), failure),
            },
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { head: &self.head, run: &self.run }
    }

    fn input(&self, node: &Planned) -> Result<Json, Problem> {
        let input = node.template.resolve(self.scope())?;
        node.left_sides.add_to(input, self.scope())
    }

    fn execute(&self, logic: Logic, node: &Planned, input: &Json) -> Result<Done, Failure> {
        let (template, scope) = (&node.template, self.scope());
        let done = Pure { logic, template, scope, input, at: self.at }.execute()?;
        match within_limits(&done.result) {
            Ok(()) => Ok(done),
            Err(excess) => Err(Failure::lasting(
                Failure::RESULT_TOO_LARGE,
                FailureCategory::Validation,
                format!("the node's result {excess}"),
            )),
        }
    }

    fn intend(&mut self, index: Index, attempt: u32, generation: u32, input: Json) {
        let node = self.node(index);
        let idempotency_key = format!("{}:{}:{generation}", self.head.run_id, node.id);
        let fact = Fact::NodeStarted {
            node: node.id.clone(),
            kind: Arc::clone(&node.kind),
            attempt,
            input,
            idempotency_key,
            timeout_ms: node.timeout_ms,
            at: self.at,
        };
        self.emit(fact);
    }

    fn delay(&mut self, node: &Planned, input: Json, period_ms: u64) {
        let (id, kind) = (node.id.clone(), Arc::clone(&node.kind));
        let due_at = self.after(period_ms);
        self.emit(Fact::DelayStarted { node: id, kind, input, due_at, at: self.at });
    }

    fn wait(&mut self, node: &Planned, input: Json, period_ms: u64) {
        let (id, kind) = (node.id.clone(), Arc::clone(&node.kind));
        let due_at = self.after(period_ms);
        self.emit(Fact::WaitOpened { node: id, kind, input, due_at, at: self.at });
    }

    fn after(&self, period_ms: u64) -> OffsetDateTime {
        let period = Duration::milliseconds(i64::try_from(period_ms).unwrap_or(i64::MAX));
        self.at.checked_add(period).unwrap_or(self.at)
    }
}
