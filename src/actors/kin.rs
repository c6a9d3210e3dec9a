//! Between runs and runs: a node calls or triggers another workflow, a called run's end lets its
//! caller go on, a caller's end ends what it called, and a failure starts the workflow that deals
//! with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::{
    Compensate, ERROR_TRIGGER, Fact, Failure, FailureCategory, Json, MAX_CHILD_DEPTH, Parent,
    Place, Trigger,
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::order::{Context, Refused, StartRun};
use super::reaction::{Reaction, Trouble, resumed};
use super::run_desk::RunDesk;
use crate::aggregates::run::Run;
use crate::journal::{Journal, Recorded, StreamId};
use crate::primitives::{RunId, WorkflowId};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "kin";
/// The nodes that begin other runs, by their types.
const CALL: &str = "call-workflow";
const TRIGGER: &str = "trigger-workflow";
/// Where a resumption comes from when another run has begun or ended.
const SOURCE: &str = "run";
/// The words of refusals, whether a run of this process refuses or one of another.
const UNKNOWN_RUN: &str = "unknown_run";
const TOO_LARGE: &str = "too_large";
/// What the id of the run of an error workflow is made from, beside the failed run.
const ERROR_PLACE: &str = "$error";

/// The reaction that ties runs to the runs that they begin.
pub struct Kin {
    journal: Journal,
    runs: RunDesk,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
enum Odd {
    #[error("the stream {0} is not one of a run")]
    Id(String),
    #[error("the ledger of {0} does not begin with its start")]
    Beginning(RunId),
}

impl Kin {
    /// Ties the runs of this desk together.
    pub const fn new(journal: Journal, runs: RunDesk) -> Self {
        Self { journal, runs }
    }

    async fn carry_out(&self, event: &Recorded) -> Result<(), Trouble> {
        let run: RunId = event
            .aggregate_id
            .parse()
            .map_err(|_| Trouble::lasting(Odd::Id(event.aggregate_id.clone())))?;
        match event.fact()?.0 {
            Fact::WaitOpened { node, kind, input, .. } if is_beginner(&kind) => {
                self.begin(event, run, &node, &kind, &input).await
            }
            Fact::NodeCancelled { node, kind: Some(kind), .. }
            | Fact::WaitTimedOut { node, kind: Some(kind), .. }
                if &*kind == CALL =>
            {
                self.end_called(event, run.begun_by(&node.to_string())).await
            }
            Fact::Succeeded { output, parent: Some(parent), .. } => {
                let ended = json!({ "runId": run, "status": "success", "output": *output });
                self.tell(event, &parent, ended).await
            }
            Fact::Failed { failure, error_workflow, parent, node, .. } => {
                if let Some(parent) = parent {
                    let ended = json!({ "runId": run, "status": "failure", "failure": failure });
                    self.tell(event, &parent, ended).await?;
                }
                match error_workflow {
                    Some(workflow) => {
                        self.deal_with(event, run, &workflow, node.as_ref(), &failure).await
                    }
                    None => Ok(()),
                }
            }
            Fact::Cancelled { parent: Some(parent), .. } => {
                self.tell(event, &parent, json!({ "runId": run, "status": "cancelled" })).await
            }
            Fact::Started { .. }
            | Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::NodeSucceeded { .. }
            | Fact::NodeFailed { .. }
            | Fact::RetryScheduled { .. }
            | Fact::FailureHandled { .. }
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted { .. }
            | Fact::NodeSkipped { .. }
            | Fact::NodeCancelled { .. }
            | Fact::DelayStarted { .. }
            | Fact::WaitOpened { .. }
            | Fact::WaitMarked { .. }
            | Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Cancelled { .. } => Ok(()),
        }
    }

    /// Begins the run that a node wants, and tells the node what it needs to know of it.
    async fn begin(
        &self,
        event: &Recorded,
        run: RunId,
        node: &Place,
        kind: &str,
        input: &Json,
    ) -> Result<(), Trouble> {
        let begun = run.begun_by(&node.to_string());
        let Fact::Started { parent: above, subject, .. } = self.beginning_of(run).await? else {
            return Err(Trouble::lasting(Odd::Beginning(run)));
        };
        let depth = above.map_or(0, |above| above.depth) + 1;
        let caller = Parent { run: run.to_string(), node: node.clone(), depth };
        let parent = (kind == CALL).then(|| caller.clone());
        let started = if depth > MAX_CHILD_DEPTH {
            Err(too_deep())
        } else {
            self.start(event, begun, input, parent, kind, (&run.to_string(), subject)).await?
        };
        let told = match started {
            Err(failure) => json!({ "status": "failure", "failure": failure }),
            Ok(()) if kind == CALL => return Ok(()),
            Ok(()) => json!({ "runId": begun, "at": instant(event.recorded_at) }),
        };
        self.tell(event, &caller, told).await
    }

    /// Starts a run. What the author can mend is a failure of the node; the rest is trouble.
    async fn start(
        &self,
        event: &Recorded,
        run: RunId,
        input: &Json,
        parent: Option<Parent>,
        kind: &str,
        (source, subject): (&str, Option<String>),
    ) -> Result<Result<(), Failure>, Trouble> {
        let name = input.get("workflowId").and_then(Value::as_str).unwrap_or_default();
        let Ok(workflow) = name.parse::<WorkflowId>() else {
            let message = format!("\"{name}\" is not the id of a workflow");
            return Ok(Err(config("unknown_workflow", message)));
        };
        let empty = || Value::Object(serde_json::Map::new());
        let body: Json = Arc::new(input.get("payload").cloned().unwrap_or_else(empty));
        let trigger = Trigger {
            kind: kind.to_owned(),
            source: source.to_owned(),
            body: Arc::clone(&body),
            headers: BTreeMap::new(),
        };
        let order = StartRun { run, workflow, trigger, input: body, claim: None, parent, subject };
        match self.runs.start(order, Context::because_of(event, NAME)).await {
            Ok(_) => Ok(Ok(())),
            Err(refused) => match refusal(&refused, name) {
                Some(failure) => Ok(Err(failure)),
                None => Err(refused.into()),
            },
        }
    }

    /// Tells the caller how the run that it began has ended.
    async fn tell(&self, event: &Recorded, caller: &Parent, ended: Value) -> Result<(), Trouble> {
        let Ok(run) = caller.run.parse::<RunId>() else {
            return Err(Trouble::lasting(Odd::Id(caller.run.clone())));
        };
        let resume = async |data: Value| {
            let context = Context::because_of(event, NAME);
            let (node, source) = (caller.node.clone(), SOURCE.to_owned());
            self.runs.resume(run, node, Arc::new(data), source, context).await
        };
        let told = match resume(ended.clone()).await {
            Err(refused) if refused.code() == TOO_LARGE => resume(without_output(ended)).await,
            told => told,
        };
        resumed(told)
    }

    /// The caller wants no answer any more.
    async fn end_called(&self, event: &Recorded, called: RunId) -> Result<(), Trouble> {
        let context = Context::because_of(event, NAME);
        let reason = Some("the run that called it has ended, or waits no longer".to_owned());
        match self.runs.cancel(called, reason, Compensate::Yes, context).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.run_is_over() || refused.code() == UNKNOWN_RUN => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Starts the workflow that deals with a failure. That it cannot be started is told in the log
    /// and harms nobody else.
    async fn deal_with(
        &self,
        event: &Recorded,
        failed: RunId,
        workflow: &str,
        node: Option<&Place>,
        failure: &Failure,
    ) -> Result<(), Trouble> {
        let started = self.beginning_of(failed).await?;
        let Fact::Started { workflow: of, input, trigger, subject, .. } = started else {
            return Err(Trouble::lasting(Odd::Beginning(failed)));
        };
        let told = json!({ "workflowId": workflow, "payload": {
            "runId": failed, "workflowId": of.id, "workflowVersion": of.version, "node": node,
            "failure": failure, "remediation": failure.remediation(), "input": *input,
            "trigger": { "kind": trigger.kind, "source": trigger.source },
        } });
        let run = failed.begun_by(ERROR_PLACE);
        let source = failed.to_string();
        if let Err(failure) =
            self.start(event, run, &Arc::new(told), None, ERROR_TRIGGER, (&source, subject)).await?
        {
            tracing::warn!(run.id = %failed, "the error workflow {workflow} of run {failed} was not started: {}", failure.message);
        }
        Ok(())
    }

    async fn beginning_of(&self, run: RunId) -> Result<Fact, Trouble> {
        let first = self.journal.read_stream(&StreamId::run(run), 0, 1).await?;
        let first = first.first().ok_or_else(|| Trouble::lasting(Odd::Beginning(run)))?;
        Ok(first.fact()?.0)
    }
}

fn instant(at: OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}

fn is_beginner(kind: &str) -> bool {
    kind == CALL || kind == TRIGGER
}

fn too_deep() -> Failure {
    let message = format!(
        "runs call one another at most {MAX_CHILD_DEPTH} deep: does a workflow call itself without \
         an end?"
    );
    Failure::lasting("too_many_calls", FailureCategory::Limit, message)
}

fn config(code: &str, message: String) -> Failure {
    Failure::lasting(code, FailureCategory::Config, message)
}

/// What the author of a workflow can mend about a run that could not be started.
pub(super) fn refusal(refused: &Refused, workflow: &str) -> Option<Failure> {
    match refused {
        Refused::UnknownWorkflow | Refused::NotLive | Refused::Paused => {
            Some(config(refused.code(), format!("{workflow} cannot be started: {refused}")))
        }
        Refused::OutOfUnits(_) | Refused::UsedUp | Refused::Cooling { .. } => {
            let message = format!("{workflow} cannot be started: {refused}");
            Some(Failure::lasting(refused.code(), FailureCategory::Limit, message))
        }
        Refused::Input(problems) => {
            let problems: Vec<String> = problems
                .iter()
                .map(|problem| format!("{} {}", problem.path, problem.message))
                .collect();
            let message = format!("{workflow} does not take this payload: {}", problems.join("; "));
            Some(Failure::lasting(refused.code(), FailureCategory::Validation, message))
        }
        Refused::NobodyListens
        | Refused::PassedOver
        | Refused::UnknownRun
        | Refused::NotEnded
        | Refused::NotFailed
        | Refused::TooMuchToCarry { .. }
        | Refused::Run(_)
        | Refused::ReceiptTaken
        | Refused::Busy { .. }
        | Refused::Contended
        | Refused::Moved
        | Refused::Unanswered
        | Refused::Elsewhere { .. }
        | Refused::Unwritable(_)
        | Refused::Journal(_) => None,
    }
}

fn without_output(mut ended: Value) -> Value {
    ended["output"] = json!({ "$omitted": "the output is too large: read it from the called run" });
    ended
}

impl Reaction for Kin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        kind == Run::TYPE
            && matches!(
                name,
                "wait_opened"
                    | "node_cancelled"
                    | "wait_timed_out"
                    | "succeeded"
                    | "cancelled"
                    | "failed"
            )
    }

    fn wants(&self, event: &Recorded) -> bool {
        let holds = |word: &str| event.payload.contains(word);
        match event.event_type.as_str() {
            "wait_opened" => holds(CALL) || holds(TRIGGER),
            "node_cancelled" | "wait_timed_out" => holds(CALL),
            "succeeded" | "cancelled" => holds("\"parent\""),
            "failed" => holds("\"parent\"") || holds("\"errorWorkflow\""),
            _ => false,
        }
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(self.carry_out(event))
    }
}
