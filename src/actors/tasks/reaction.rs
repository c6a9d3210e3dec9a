//! Between runs and their tasks: a wait opens a task, a task's end lets the run go on, and the end of
//! a wait ends its task.

use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::{Fact, Json, ManualTask, Place, TASK_SOURCE};
use futures::future::BoxFuture;
use serde_json::json;
use time::OffsetDateTime;

use super::desk::TaskDesk;
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble, resumed};
use crate::actors::run_desk::RunDesk;
use crate::actors::waits::{Turn, Wait};
use crate::aggregates::run::Run;
use crate::aggregates::task::{CancelCause, Event, Opening, Order, Task};
use crate::journal::{Journal, Recorded, Store, StreamId};
use crate::primitives::{RunId, TaskId};

/// The type of the node that waits for a task, as its events hold it.
const KIND: &str = "manual-task";
/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "task-reaction";

/// The reaction that ties runs and tasks together.
pub struct TaskReaction {
    journal: Journal,
    tasks: TaskDesk,
    runs: RunDesk,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
enum Odd {
    #[error("the stream {0} has no id of its kind")]
    Id(String),
    #[error("the first event of {0} does not say which workflow it runs")]
    Beginning(RunId),
    #[error("the input of node {node} is not that of a task: {problem}")]
    Input { node: String, problem: String },
    #[error("task {0} ended before it began")]
    Order(TaskId),
}

impl TaskReaction {
    /// Ties the runs of this desk to the tasks of this ledger.
    pub fn new(journal: Journal, runs: RunDesk) -> Self {
        let tasks = TaskDesk::new(Store::tasks(journal.clone()));
        Self { journal, tasks, runs }
    }

    async fn run(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some(Wait { run, node, at, turn, .. }) = Wait::of(event, |kind| kind == KIND)? else {
            return Ok(());
        };
        let task = TaskId::of(run, &node);
        let order = match turn {
            Turn::Opened { input, until } => {
                self.opening(event, run, node, &input, at, until).await?
            }
            Turn::TimedOut => Order::Expire,
            Turn::RunEnded => {
                let reason = Some("the run has ended".to_owned());
                Order::Cancel { cause: CancelCause::RunEnded, reason }
            }
        };
        self.tasks.order(task, order, at, Context::because_of(event, NAME)).await
    }

    async fn opening(
        &self,
        event: &Recorded,
        run: RunId,
        node: String,
        input: &Json,
        opened_at: OffsetDateTime,
        expires_at: OffsetDateTime,
    ) -> Result<Order, Trouble> {
        let task = ManualTask::of(input).map_err(|problem| {
            let problem = format!("{}: {}", problem.path, problem.message);
            odd(Odd::Input { node: node.clone(), problem })
        })?;
        let first = self.journal.read_stream(&StreamId::run(run), 0, 1).await?;
        let started = first.first().ok_or_else(|| odd(Odd::Beginning(run)))?.fact()?.0;
        let Fact::Started { workflow, .. } = started else {
            return Err(odd(Odd::Beginning(run)));
        };
        Ok(Order::Create(Box::new(Opening {
            id: TaskId::of(run, &node),
            organization: event.organization,
            approval: None,
            run,
            node,
            workflow: workflow.id.parse().map_err(|_| odd(Odd::Beginning(run)))?,
            task,
            opened_at,
            expires_at,
        })))
    }

    async fn task(&self, event: &Recorded) -> Result<(), Trouble> {
        let id: TaskId =
            event.aggregate_id.parse().map_err(|_| odd(Odd::Id(event.aggregate_id.clone())))?;
        let answer = match event.task()? {
            Event::Completed { data, by, .. } => {
                json!({ "outcome": "completed", "data": *data, "by": by, "taskId": id })
            }
            Event::Rejected { reason, by, .. } => rejected(id, &by, &reason),
            // The run waits on, and nobody would come.
            Event::Cancelled { cause: CancelCause::Requested, reason, by, .. } => {
                rejected(id, &by, reason.as_deref().unwrap_or("the task was cancelled"))
            }
            Event::Cancelled { cause: CancelCause::RunEnded | CancelCause::Decided, .. }
            | Event::Created(_)
            | Event::Assigned { .. }
            | Event::Reassigned { .. }
            | Event::Claimed { .. }
            | Event::Released { .. }
            | Event::Reminded { .. }
            | Event::Escalated { .. }
            | Event::Expired { .. } => return Ok(()),
        };
        let first = self.journal.read_stream(&StreamId::task(id), 0, 1).await?;
        let first = first.first().ok_or_else(|| odd(Odd::Order(id)))?.task()?;
        let Event::Created(created) = first else { return Err(odd(Odd::Order(id))) };
        // What is answered by it goes its own way: its node waits for a signature.
        if created.approval.is_some() {
            return Ok(());
        }
        let (node, context) = (Place::from(created.node_id), Context::because_of(event, NAME));
        let source = TASK_SOURCE.to_owned();
        resumed(self.runs.resume(created.run_id, node, Arc::new(answer), source, context).await)
    }
}

fn rejected(task: TaskId, by: &str, reason: &str) -> serde_json::Value {
    json!({ "outcome": "rejected", "reason": reason, "by": by, "taskId": task })
}

fn odd(what: Odd) -> Trouble {
    Trouble::lasting(what)
}

impl Reaction for TaskReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        Wait::may_be(kind, name)
            || (kind == Task::TYPE && matches!(name, "completed" | "rejected" | "cancelled"))
    }

    fn wants(&self, event: &Recorded) -> bool {
        event.aggregate_type != Run::TYPE || event.payload.contains(KIND)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.aggregate_type == Run::TYPE {
                self.run(event).await
            } else {
                self.task(event).await
            }
        })
    }
}
