//! A task as the API shows it, folded from its events.

use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::Audience;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::task::{self, Created, Event, Status, Subject, Task};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::TaskId;

/// How many events are read at a time.
const PAGE: i64 = 200;

/// A task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "task_01h455vb4pex5vsknk084sn02q")]
    pub id: TaskId,
    /// What it asks one person to approve; null where it is a node's own.
    pub approval: Option<Approval>,
    /// The run that waits for it.
    pub run_id: String,
    /// The node of the run that does.
    pub node_id: String,
    /// The run's workflow.
    pub workflow_id: String,
    /// `created`, `assigned`, `in_progress`, `completed`, `rejected`, `cancelled` or `expired`.
    pub status: Status,
    /// What is to be done, in a line.
    pub title: String,
    /// What is to be done, in full.
    pub description: Option<String>,
    /// How urgent it is: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    pub priority: &'static str,
    /// Whose it is: the person who was given it, or who has claimed it.
    pub assignee: Option<String>,
    /// The role that it is meant for.
    pub role: Option<String>,
    /// The queue in which it lies.
    pub queue: Option<String>,
    /// The JSON Schema of the answer.
    #[schema(value_type = Option<Object>)]
    pub form: Option<Arc<Value>>,
    /// The interface that it is answered in, as it was when the workflow was published: `{componentId, version,
    /// component}`.
    #[schema(value_type = Option<Object>)]
    pub ui_component: Option<Arc<Value>>,
    /// What the workflow shows to whoever does it.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Arc<Value>>,
    /// When it is to be done.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// When the run stops waiting for it.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it was due and went over to others.
    pub escalated: bool,
    /// The answer.
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Arc<Value>>,
    /// Why it was rejected or cancelled.
    pub reason: Option<String>,
    /// Who completed, rejected or cancelled it.
    pub settled_by: Option<String>,
    /// What happened to it, from the beginning on.
    pub history: Vec<Deed>,
}

/// What a task asks one person to approve. Completing it with the `decision` `approve` or `reject`, or
/// rejecting it, is the same as answering there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TaskApproval)]
pub struct Approval {
    /// `transaction` or `document`.
    #[schema(example = "transaction")]
    kind: &'static str,
    /// Its id: `GET /v1/transactions/{id}` or `GET /v1/signatures/{id}` has all of it.
    #[schema(example = "int_01h455vb4pex5vsknk084sn02q")]
    intent_id: String,
    /// What the answer counts for, and nothing else.
    digest: String,
}

impl Approval {
    fn of(approval: task::Approval) -> Self {
        let kind = match approval.subject {
            Subject::Transaction { .. } => "transaction",
            Subject::Document => "document",
        };
        let (intent_id, digest) = (approval.intent_id.to_string(), approval.digest.to_string());
        Self { kind, intent_id, digest }
    }
}

/// Something that happened to a task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TaskDeed)]
pub struct Deed {
    /// What: the name of an event, as `claimed` or `reminded`.
    event: &'static str,
    /// The person, or the part of the house, that did it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// The key that was used for it.
    key: String,
}

/// With what a task began. Refuses one that does not exist or is somebody else's.
pub(super) async fn must_belong(
    api: &Api,
    who: &Principal,
    id: TaskId,
) -> Result<Created, Problem> {
    let first = api.journal.read_stream(&StreamId::task(id), 0, 1).await?;
    let ours = first.first().filter(|event| event.organization == who.organization);
    match ours.map(Recorded::task).transpose()? {
        Some(Event::Created(created)) => Ok(*created),
        Some(_) | None => Err(Problem::new(Code::TaskNotFound)),
    }
}

/// The task as it is now, or as it was right after the event with this sequence.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: TaskId,
    until: Option<i64>,
) -> Result<Record, Problem> {
    let stream = StreamId::task(id);
    let (mut task, mut history) = (Task::default(), Vec::new());
    let mut after = 0;
    loop {
        let page = api.journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for recorded in
            page.iter().take_while(|event| until.is_none_or(|until| event.sequence <= until))
        {
            if recorded.organization != who.organization {
                return Err(Problem::new(Code::TaskNotFound));
            }
            let event = recorded.task()?;
            let key = recorded.metadata_map()?.remove("actor").unwrap_or_default();
            history.push(Deed::of(&event, key));
            task.apply(event);
        }
    }
    Record::of(id, task, history).ok_or_else(|| Problem::new(Code::TaskNotFound))
}

impl Record {
    /// `None` for a task that was not created.
    fn of(id: TaskId, task: Task, history: Vec<Deed>) -> Option<Self> {
        let due_at = task.due_at()?;
        let created = *task.created?;
        let (role, queue) = match task.audience {
            Some(Audience::Role(role)) => (Some(role), None),
            Some(Audience::Queue(queue)) => (None, Some(queue)),
            Some(Audience::Assignee(_) | Audience::Anyone) | None => (None, None),
        };
        Some(Self {
            id,
            approval: created.approval.map(Approval::of),
            run_id: created.run_id.to_string(),
            node_id: created.node_id,
            workflow_id: created.workflow_id.to_string(),
            status: task.status,
            title: created.title,
            description: created.description,
            priority: created.priority.name(),
            assignee: task.assignee,
            role,
            queue,
            form: created.form,
            ui_component: created.ui_component,
            data: created.data,
            due_at,
            expires_at: created.expires_at,
            escalated: task.escalated,
            answer: task.answer,
            reason: task.reason,
            settled_by: task.settled_by,
            history,
        })
    }
}

impl Deed {
    fn of(event: &Event, key: String) -> Self {
        let (by, at) = event.stamp();
        Self { event: event.name(), by: by.to_owned(), at, key }
    }
}
