use actix_web::web::Data;
use engine::Priority;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::task::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Instant, MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{RunId, WorkflowId};
use crate::projections::tasks;

/// Where the wanted tasks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// Anywhere but at their end.
    Open,
    /// Nobody has it yet.
    Created,
    /// Given to a person who has not begun.
    Assigned,
    /// Somebody works on it.
    InProgress,
    /// Answered.
    Completed,
    /// Refused.
    Rejected,
    /// Ended without an answer.
    Cancelled,
    /// Not answered in time.
    Expired,
}

impl Standing {
    fn statuses(self) -> Vec<Status> {
        match self {
            Self::Open => vec![Status::Created, Status::Assigned, Status::InProgress],
            Self::Created => vec![Status::Created],
            Self::Assigned => vec![Status::Assigned],
            Self::InProgress => vec![Status::InProgress],
            Self::Completed => vec![Status::Completed],
            Self::Rejected => vec![Status::Rejected],
            Self::Cancelled => vec![Status::Cancelled],
            Self::Expired => vec![Status::Expired],
        }
    }
}

/// Which tasks are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that stand here: `created`, `assigned`, `in_progress`, `completed`, `rejected`,
    /// `cancelled` or `expired`; `open` for the first three.
    #[param(value_type = Option<String>)]
    status: Option<Standing>,
    /// Those of this person.
    assignee: Option<String>,
    /// Those meant for this role.
    role: Option<String>,
    /// Those in this queue.
    queue: Option<String>,
    /// Those of this workflow's runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those of this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Those that are this urgent: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    #[param(value_type = Option<String>)]
    priority: Option<Priority>,
    /// Those that are to be done before this instant (RFC 3339).
    #[param(value_type = Option<String>)]
    due_before: Option<Instant>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A task in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskSummary {
    /// Its id.
    id: String,
    /// The run that waits for it.
    run_id: String,
    /// The node of the run that does.
    node_id: String,
    /// The run's workflow.
    workflow_id: String,
    /// `created`, `assigned`, `in_progress`, `completed`, `rejected`, `cancelled` or `expired`.
    status: String,
    /// What is to be done, in a line.
    title: String,
    /// How urgent it is: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    priority: String,
    /// Whose it is.
    assignee: Option<String>,
    /// The role that it is meant for.
    role: Option<String>,
    /// The queue in which it lies.
    queue: Option<String>,
    /// When it is to be done.
    #[serde(with = "time::serde::rfc3339")]
    due_at: OffsetDateTime,
    /// When the run stops waiting for it.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Whether it was due and went over to others.
    escalated: bool,
    /// Who completed, rejected or cancelled it.
    settled_by: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<tasks::Summary> for TaskSummary {
    fn from(task: tasks::Summary) -> Self {
        Self {
            id: task.task_id,
            run_id: task.run_id,
            node_id: task.node_id,
            workflow_id: task.workflow_id,
            status: task.status,
            title: task.title,
            priority: task.priority,
            assignee: task.assignee,
            role: task.role,
            queue: task.queue,
            due_at: task.due_at,
            expires_at: task.expires_at,
            escalated: task.escalated,
            settled_by: task.settled_by,
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

/// The tasks of the organization, those of the latest runs first.
#[utoipa::path(
    get,
    operation_id = "list_tasks",
    path = "/v1/tasks",
    tag = "tasks",
    params(Wanted),
    responses(
        (status = 200, description = "The tasks", body = Envelope<Page<TaskSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<TaskSummary>>, Problem> {
    let Params(Wanted {
        status,
        assignee,
        role,
        queue,
        workflow_id,
        run_id,
        priority,
        due_before,
        limit,
        offset,
        cursor,
        min_position,
    }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at("tasks", min_position).await?;
    let filter = tasks::Filter {
        statuses: status.map(Standing::statuses),
        assignee,
        role,
        queue,
        workflow: workflow_id,
        run: run_id,
        priority,
        due_before: due_before.map(Instant::get),
    };
    let found = api.task_list().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |task| Ok(task.into()))
}
