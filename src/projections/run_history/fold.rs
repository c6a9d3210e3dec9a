//! From a run's facts to changes of its rows. Pure.

use std::borrow::Cow;
use std::collections::HashMap;

use engine::NodeId;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::rows::{Birth, Cut, End, ExecutionChange, RunChange, Status};
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::facts::{self, Carried, Fact, Failure, Pending, Started};
use crate::projections::text::Text;

/// The attempt of what has no attempts of its own: the trigger, a delay, a wait, a skipped node.
const ONLY_ATTEMPT: u32 = 1;
/// The attempt under which a retry shows what it took over from its source run.
const CARRIED_ATTEMPT: u32 = 0;

/// What a batch changes, in the order in which runs and nodes first appear in it.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    pub(super) runs: Vec<RunChange<'a>>,
    pub(super) executions: Vec<ExecutionChange<'a>>,
    pub(super) cuts: Vec<Cut<'a>>,
    run_places: HashMap<&'a str, usize>,
    execution_places: HashMap<(usize, Text<'a>, u32), usize>,
}

impl<'a> Changes<'a> {
    /// Folds the next event of the batch; `payload` is its text in the form of today.
    pub(super) fn take(&mut self, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
        let fact: Fact<'a> = facts::read(event, payload)?;
        let place = self.place(&event.aggregate_id);
        let run = &mut self.runs[place];
        (run.position, run.sequence) = (event.position, event.sequence);
        match fact {
            Fact::Started(started) => self.start(place, event, *started)?,
            Fact::NodeStarted { node, kind, attempt, input, idempotency_key, at } => {
                let row = self.execution(place, event, node, attempt)?;
                row.begin(kind, input, at);
                row.idempotency_key = Some(idempotency_key);
            }
            Fact::EffectRepeated { node, attempt, repeat } => {
                let repeat = number(event, repeat)?;
                self.execution(place, event, node, attempt)?.repeats = repeat;
            }
            Fact::NodeSucceeded { node, kind, attempt, input, result, branch, at } => {
                run.succeeded += 1;
                let row = self.execution(place, event, node, attempt)?;
                row.end(kind, Status::Success, input, at);
                row.output = Some(Cow::Borrowed(result.get()));
                row.branch = branch;
            }
            Fact::NodeFailed { node, kind, attempt, input, failure, at } => {
                run.failed += 1;
                let row = self.execution(place, event, node, attempt)?;
                row.end(kind, Status::Failure, input, at);
                row.error = Some(failure.get());
            }
            Fact::RetryScheduled { node, attempt, due_at } => {
                run.failed -= 1;
                let kind = self.kind_of_earlier_attempt(place, &node, attempt);
                let row = self.execution(place, event, node, attempt)?;
                row.kind = kind;
                row.status = Some(Status::Scheduled);
                row.due_at = Some(due_at);
            }
            Fact::FailureHandled {}
            | Fact::IterationStarted {}
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong {}
            | Fact::LimitReached {}
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. } => {}
            Fact::LoopStarted { node, kind, input, at } => {
                self.execution(place, event, node, ONLY_ATTEMPT)?.begin(kind, input, at);
            }
            Fact::NodeSkipped { node, kind, at } => {
                run.skipped += 1;
                let row = self.execution(place, event, node, ONLY_ATTEMPT)?;
                row.end(kind, Status::Skipped, None, at);
            }
            Fact::NodeCancelled { node, at } => {
                run.cancelled += 1;
                self.cuts.push(Cut {
                    run_id: &event.aggregate_id,
                    node_id: node,
                    organization: event.organization,
                    at,
                    position: event.position,
                });
            }
            Fact::DelayStarted(pending) => {
                self.suspend(place, event, pending, Status::Scheduled)?;
            }
            Fact::WaitOpened(pending) => self.suspend(place, event, pending, Status::Waiting)?,
            Fact::WaitMarked { node, mark, .. } => {
                self.execution(place, event, node, ONLY_ATTEMPT)?.status = Some(mark.into());
            }
            Fact::WaitResumed { node, source, by, at: _ } => {
                let row = self.execution(place, event, node, ONLY_ATTEMPT)?;
                row.resumed_by = Some(by);
                row.resume_source = Some(source);
            }
            Fact::WaitTimedOut { node, at: _ } => {
                // The success or failure that follows at once says the rest.
                self.execution(place, event, node, ONLY_ATTEMPT)?;
            }
            Fact::CancelRequested { by, reason, at: _ } => {
                run.cancel(by, reason);
            }
            Fact::Succeeded { output, at } => {
                run.finish(End::Success, at);
                run.output = Some(output);
            }
            Fact::Failed { node, failure, at } => {
                let summary: Failure<'a> = facts::read(event, failure.get())?;
                run.finish(End::Failure, at);
                run.failure = Some(failure);
                run.failure_code = Some(summary.code);
                run.failure_message = Some(summary.message);
                run.failed_node = node;
            }
            Fact::Cancelled { by, reason, at } => {
                run.finish(End::Cancelled, at);
                run.cancel(by, reason);
            }
        }
        Ok(())
    }

    fn start(
        &mut self,
        place: usize,
        event: &'a Recorded,
        started: Started<'a>,
    ) -> Result<(), Error> {
        let Started { workflow, definition, trigger, input, source_run, carried, at } = started;
        let run = &mut self.runs[place];
        if run.birth.is_some() {
            return Err(facts::poison(event, "the run began twice"));
        }
        run.birth = Some(Birth {
            organization: event.organization,
            workflow_id: workflow.id,
            workflow_version: workflow.version,
            trigger_kind: trigger.kind.clone(),
            trigger_source: facts::read(event, trigger.source.get())?,
            triggered_by: facts::actor(event)?,
            source_run_id: source_run,
            input,
            node_count: number(event, definition.nodes.len())?,
            started_at: at,
        });
        // A node in an iteration is `pay.3`, and is of the type of `pay`.
        let kind_of = |place: &Text<'a>| {
            let node = place.as_str().split('.').next().unwrap_or_default();
            definition.nodes.get(&Text::from(node)).map(|node| node.kind.clone())
        };
        // The trigger has succeeded by this very fact.
        run.succeeded += 1;
        let node = Text::from(NodeId::ROOT);
        let kind = kind_of(&node);
        let row = self.execution(place, event, node, ONLY_ATTEMPT)?;
        row.kind = kind;
        row.status = Some(Status::Success);
        row.output = Some(Cow::Owned(trigger.result()));
        (row.started_at, row.ended_at) = (Some(at), Some(at));
        for (node, carried) in carried {
            if node.as_str() == NodeId::ROOT {
                continue;
            }
            let kind = kind_of(&node);
            let counts = &mut self.runs[place];
            let mut error = None;
            let (status, input, output, branch) = match carried {
                Carried::Succeeded { input, result, branch } => {
                    counts.succeeded += 1;
                    (Status::Success, input, Some(result), branch)
                }
                Carried::Handled { input, failure } => {
                    counts.failed += 1;
                    error = Some(failure.get());
                    (Status::Failure, input, None, None)
                }
                // The loop begins again by an event of its own.
                Carried::Looping {} => continue,
                Carried::Skipped {} => {
                    counts.skipped += 1;
                    (Status::Skipped, None, None, None)
                }
            };
            let row = self.execution(place, event, node, CARRIED_ATTEMPT)?;
            row.kind = kind;
            row.status = Some(status);
            row.input = input.map(RawValue::get);
            row.output = output.map(|output| Cow::Borrowed(output.get()));
            row.branch = branch;
            row.error = error;
        }
        Ok(())
    }

    fn suspend(
        &mut self,
        place: usize,
        event: &'a Recorded,
        pending: Pending<'a>,
        status: Status,
    ) -> Result<(), Error> {
        let row = self.execution(place, event, pending.node, ONLY_ATTEMPT)?;
        row.kind = Some(pending.kind);
        row.status = Some(status);
        row.input = Some(pending.input.get());
        row.due_at = Some(pending.due_at);
        row.started_at = Some(pending.at);
        Ok(())
    }

    /// Which only this batch may know; what was written before is asked by the statement.
    fn kind_of_earlier_attempt(
        &self,
        run: usize,
        node: &Text<'a>,
        attempt: u32,
    ) -> Option<Text<'a>> {
        let key = (run, node.clone(), attempt.checked_sub(1)?);
        self.execution_places.get(&key).and_then(|place| self.executions[*place].kind.clone())
    }

    fn place(&mut self, run_id: &'a str) -> usize {
        *self.run_places.entry(run_id).or_insert_with(|| {
            self.runs.push(RunChange { run_id, ..RunChange::default() });
            self.runs.len() - 1
        })
    }

    fn execution(
        &mut self,
        run: usize,
        event: &'a Recorded,
        node_id: Text<'a>,
        attempt: u32,
    ) -> Result<&mut ExecutionChange<'a>, Error> {
        let number = number(event, attempt)?;
        let place =
            *self.execution_places.entry((run, node_id, attempt)).or_insert_with_key(|key| {
                self.executions.push(ExecutionChange {
                    run_id: &event.aggregate_id,
                    node_id: key.1.clone(),
                    attempt: number,
                    organization: event.organization,
                    kind: None,
                    status: None,
                    input: None,
                    output: None,
                    branch: None,
                    error: None,
                    idempotency_key: None,
                    repeats: 0,
                    due_at: None,
                    resumed_by: None,
                    resume_source: None,
                    started_at: None,
                    ended_at: None,
                    position: 0,
                });
                self.executions.len() - 1
            });
        let row = &mut self.executions[place];
        row.position = event.position;
        Ok(row)
    }
}

impl<'a> RunChange<'a> {
    /// What was said first about the reason stays, as it does when another batch said it.
    fn cancel(&mut self, by: Text<'a>, reason: Option<Text<'a>>) {
        self.cancelled_by = Some(by);
        if reason.is_some() {
            self.cancel_reason = reason;
        }
    }

    fn finish(&mut self, end: End, at: OffsetDateTime) {
        self.end = Some(end);
        self.finished_at = Some(at);
    }
}

impl<'a> ExecutionChange<'a> {
    fn begin(&mut self, kind: Text<'a>, input: &'a RawValue, at: OffsetDateTime) {
        self.kind = Some(kind);
        self.status = Some(Status::Running);
        self.input = Some(input.get());
        self.started_at = Some(at);
    }

    /// Ends the attempt. A node that never was under way began in the same instant.
    fn end(
        &mut self,
        kind: Text<'a>,
        status: Status,
        input: Option<&'a RawValue>,
        at: OffsetDateTime,
    ) {
        self.kind = Some(kind);
        self.status = Some(status);
        self.ended_at = Some(at);
        if let Some(input) = input {
            self.input = Some(input.get());
            self.started_at = Some(at);
        }
    }
}

fn number<N: TryInto<i32>>(event: &Recorded, number: N) -> Result<i32, Error>
where
    N::Error: ToString,
{
    number.try_into().map_err(|error| facts::poison(event, &error))
}
