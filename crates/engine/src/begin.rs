//! How a node begins: pure ones are executed at once, effects are intended, and some sleep.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::batch::Batch;
use crate::expression::Problem;
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::json::{Json, within_limits};
use crate::limits::MAX_SLEEPING;
use crate::node::{Done, Logic, Pure, patience};
use crate::plan::Planned;
use crate::run::Spot;

impl Batch {
    pub(crate) fn begin(&mut self, spot: Spot) {
        let head = Arc::clone(&self.head);
        let node = head.definition.plan().node(spot.index);
        let input = match self.input(node, spot) {
            Ok(input) => input,
            Err(problem) => return self.fail(spot, 1, None, problem.into()),
        };
        let Some(logic) = node.logic else {
            let generation = self.run.find(spot).map_or(1, |state| state.generation);
            return self.intend(spot, 1, generation, input);
        };
        match logic {
            Logic::Delay
            | Logic::Wait
            | Logic::CallWorkflow
            | Logic::TriggerWorkflow
            | Logic::Transact
            | Logic::ManualTask => match patience(logic, &input, self.at) {
                Ok(period) => self.sleep(spot, logic, input, period),
                Err(problem) => self.fail(spot, 1, Some(input), problem.into()),
            },
            Logic::ForEach => self.begin_loop(spot, input),
            Logic::Join => self.join(spot, input),
            Logic::If
            | Logic::Switch
            | Logic::Log
            | Logic::Format
            | Logic::Filter
            | Logic::Pluck
            | Logic::SetVariable
            | Logic::Plain(_)
            | Logic::Fail => match self.execute(logic, node, spot, &input) {
                Ok(done) => {
                    let result = Arc::new(done.result);
                    self.succeed(spot, 1, Some(input), result, done.branch);
                }
                Err(failure) => self.fail(spot, 1, Some(input), failure),
            },
        }
    }

    fn input(&self, node: &Planned, spot: Spot) -> Result<Json, Problem> {
        let input = node.template.resolve(self.scope(spot))?;
        node.left_sides.add_to(input, self.scope(spot))
    }

    fn execute(
        &self,
        logic: Logic,
        node: &Planned,
        spot: Spot,
        input: &Json,
    ) -> Result<Done, Failure> {
        let (template, scope) = (&node.template, self.scope(spot));
        let done = Pure { logic, template, scope, input, at: self.at }.execute()?;
        within_limits(&done.result).map_err(Failure::result_too_large)?;
        Ok(done)
    }

    /// The effect may be performed once this is durable.
    pub(crate) fn intend(&mut self, spot: Spot, attempt: u32, generation: u32, input: Json) {
        let node = self.place(spot);
        let idempotency_key = format!("{}:{node}:{generation}", self.head.run_id);
        let (kind, timeout_ms) = (Arc::clone(&self.node(spot).kind), self.node(spot).timeout_ms);
        let at = self.at;
        self.emit(Fact::NodeStarted {
            node,
            kind,
            attempt,
            input,
            idempotency_key,
            timeout_ms,
            at,
        });
    }

    fn join(&mut self, spot: Spot, input: Json) {
        let head = Arc::clone(&self.head);
        let plan = head.definition.plan();
        let node = plan.node(spot.index);
        let arrived = self.run.find(spot).map_or(0, |state| state.chosen_by);
        if node.needs.is_some_and(|needs| arrived < needs) {
            let needs = node.needs.unwrap_or_default();
            let message = format!(
                "the join needs {needs} of the nodes before it to succeed, and only {arrived} did"
            );
            let failure =
                Failure::lasting(Failure::JOIN_NOT_MET, FailureCategory::Validation, message);
            return self.fail(spot, 1, Some(input), failure);
        }
        let result = crate::node::joined(&self.run, plan, spot);
        match within_limits(&result) {
            Ok(()) => self.succeed(spot, 1, Some(input), Arc::new(result), None),
            Err(excess) => {
                let failure = Failure::result_too_large(excess);
                return self.fail(spot, 1, Some(input), failure);
            }
        }
        for loser in &node.losers {
            self.cancel(Spot { index: *loser, iteration: spot.iteration });
        }
    }

    fn sleep(&mut self, spot: Spot, logic: Logic, input: Json, period_ms: u64) {
        if self.run.sleeping() >= MAX_SLEEPING {
            let message = format!(
                "the run has {MAX_SLEEPING} delays and waits open at the same time, and may not \
                 have more: lower maxConcurrency"
            );
            let failure =
                Failure::lasting(Failure::TOO_MANY_WAITS, FailureCategory::Limit, message);
            return self.fail(spot, 1, Some(input), failure);
        }
        let (node, kind) = (self.place(spot), Arc::clone(&self.node(spot).kind));
        let due_at = self.after(period_ms).min(self.deadline()).max(self.at);
        let at = self.at;
        self.emit(if logic == Logic::Delay {
            Fact::DelayStarted { node, kind, input, due_at, at }
        } else {
            Fact::WaitOpened { node, kind, input, due_at, at }
        });
    }

    fn after(&self, period_ms: u64) -> OffsetDateTime {
        let period = Duration::milliseconds(i64::try_from(period_ms).unwrap_or(i64::MAX));
        self.at.checked_add(period).unwrap_or(self.at)
    }
}
