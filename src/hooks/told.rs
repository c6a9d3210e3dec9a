//! Which events of a run say what to those who are told of it.

use engine::{Fact, Failure, Place};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aggregates::execution_hooks::Topic;
use crate::journal::Recorded;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};

/// How long the output of a run may be, in bytes of JSON, to be told with its end.
pub const MAX_OUTPUT: usize = 16 * 1024;

/// One thing that is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What.
    pub topic: Topic,
    /// Where in the run; empty for the run itself.
    pub node: String,
    /// More about it.
    pub data: Value,
}

/// What all that an event says has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened<'a> {
    /// The event.
    pub event: &'a Recorded,
    /// The workflow of its run.
    pub workflow: WorkflowId,
}

impl Happened<'_> {
    /// The delivery by which an endpoint is told: the same each time.
    pub fn delivery(&self, endpoint: ExecutionHookId, told: &Told) -> HookDeliveryId {
        let Recorded { position, recorded_at, .. } = self.event;
        HookDeliveryId::of(endpoint, (*position, *recorded_at), (told.topic.name(), &told.node))
    }

    /// The place of a node, as the API names it; none for the run itself.
    pub fn execution(&self, told: &Told) -> Option<String> {
        (!told.node.is_empty()).then(|| format!("{}/{}", self.event.aggregate_id, told.node))
    }

    /// What an endpoint reads.
    pub fn body(&self, id: HookDeliveryId, told: &Told) -> String {
        let Recorded { position, sequence, organization, .. } = self.event;
        json!({
            "id": id,
            "type": told.topic.name(),
            "timestamp": written(self.event.recorded_at),
            "organizationId": organization,
            "workflowId": self.workflow,
            "runId": self.event.aggregate_id,
            "executionId": self.execution(told),
            "position": position,
            "sequence": sequence,
            "data": told.data,
        })
        .to_string()
    }
}

/// What an endpoint reads that is tested.
pub(super) fn test_body(
    id: HookDeliveryId,
    organization: OrganizationId,
    at: OffsetDateTime,
) -> String {
    json!({
        "id": id,
        "type": Topic::Test.name(),
        "timestamp": written(at),
        "organizationId": organization,
        "workflowId": null,
        "runId": null,
        "executionId": null,
        "position": null,
        "sequence": null,
        "data": {"message": "this is a test: nothing happened"},
    })
    .to_string()
}

fn written(at: OffsetDateTime) -> Value {
    at.format(&Rfc3339).map_or(Value::Null, Value::from)
}

/// Whether events of runs of this name say anything. Asked of every event there is.
pub fn is_told(name: &str) -> bool {
    matches!(
        name,
        "started"
            | "node_started"
            | "effect_repeated"
            | "node_succeeded"
            | "node_failed"
            | "retry_scheduled"
            | "loop_started"
            | "node_skipped"
            | "delay_started"
            | "wait_opened"
            | "succeeded"
            | "failed"
            | "cancelled"
    )
}

/// What an event of a run says.
pub fn told(fact: &Fact) -> Vec<Told> {
    let one = |topic, node: &Place, data| vec![Told { topic, node: node.to_string(), data }];
    let of_run = |topic, data| vec![Told { topic, node: String::new(), data }];
    match fact {
        Fact::Started { workflow, definition, trigger, source_run, parent, .. } => {
            let data = json!({
                "workflowVersion": workflow.version,
                "trigger": {"kind": trigger.kind, "source": trigger.source},
                "sourceRunId": source_run,
                "parentRunId": parent.as_ref().map(|parent| &parent.run),
            });
            let pending = definition.nodes().iter().filter(|(id, _)| !id.is_root());
            let pending = pending.map(|(id, node)| Told {
                topic: Topic::NodePending,
                node: id.as_str().to_owned(),
                data: json!({"node": id.as_str(), "nodeType": node.kind}),
            });
            of_run(Topic::RunStarted, data).into_iter().chain(pending).collect()
        }
        Fact::NodeStarted { node, kind, attempt, .. } => {
            let data = json!({"node": node, "nodeType": kind, "attempt": attempt});
            one(Topic::NodeRunning, node, data)
        }
        Fact::EffectRepeated { node, attempt, repeat, .. } => {
            let data = json!({"node": node, "attempt": attempt, "repeat": repeat});
            one(Topic::NodeRunning, node, data)
        }
        Fact::LoopStarted { node, kind, .. } => {
            let data = json!({"node": node, "nodeType": kind, "attempt": 1});
            one(Topic::NodeRunning, node, data)
        }
        Fact::NodeSucceeded { node, kind, attempt, branch, .. } => {
            let data =
                json!({"node": node, "nodeType": kind, "attempt": attempt, "branch": branch});
            one(Topic::NodeSucceeded, node, data)
        }
        Fact::NodeFailed { node, kind, attempt, failure, .. } => {
            let error = error(failure);
            let data = json!({"node": node, "nodeType": kind, "attempt": attempt, "error": error});
            one(Topic::NodeFailed, node, data)
        }
        Fact::NodeSkipped { node, kind, .. } => {
            one(Topic::NodeSkipped, node, json!({"node": node, "nodeType": kind}))
        }
        Fact::RetryScheduled { node, attempt, due_at, .. } => {
            let data = json!({"node": node, "attempt": attempt, "dueAt": written(*due_at)});
            one(Topic::NodeScheduled, node, data)
        }
        Fact::DelayStarted { node, kind, due_at, .. } => {
            let data = json!({"node": node, "nodeType": kind, "dueAt": written(*due_at)});
            one(Topic::NodeScheduled, node, data)
        }
        Fact::WaitOpened { node, kind, due_at, .. } => {
            let data = json!({"node": node, "nodeType": kind, "dueAt": written(*due_at)});
            let mut told = of_run(Topic::RunWaiting, data.clone());
            told.extend(one(Topic::NodeWaiting, node, data));
            told
        }
        Fact::Succeeded { output, .. } => {
            let is_short = output.to_string().len() <= MAX_OUTPUT;
            let data = if is_short {
                json!({"output": output})
            } else {
                json!({"output": null, "outputTooLarge": true})
            };
            of_run(Topic::RunCompleted, data)
        }
        Fact::Failed { node, failure, .. } => {
            of_run(Topic::RunFailed, json!({"node": node, "error": error(failure)}))
        }
        Fact::Cancelled { by, reason, .. } => {
            of_run(Topic::RunCancelled, json!({"by": by, "reason": reason}))
        }
        Fact::FailureHandled { .. }
        | Fact::IterationStarted { .. }
        | Fact::NodeCancelled { .. }
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
        | Fact::CancelRequested { .. } => Vec::new(),
    }
}

fn error(failure: &Failure) -> Value {
    let Failure { code, message, category, retryable, .. } = failure;
    json!({"code": code, "message": message, "category": category, "retryable": retryable})
}
