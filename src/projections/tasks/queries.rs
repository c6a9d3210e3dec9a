//! The questions to `view_tasks`.

use engine::Priority;
use time::OffsetDateTime;

use super::Projector;
use crate::aggregates::task::Status;
use crate::primitives::{OrganizationId, RunId, TaskId, WorkflowId};
use crate::projections::error::{held, while_doing};
use crate::projections::page::{Cursor, Page, Paging};
use crate::projections::text::Text;
use crate::projections::{Error, HouseViews, Positions, Views};

/// A task as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub task_id: String,
    /// The run that waits for it.
    pub run_id: String,
    /// The node of the run that does.
    pub node_id: String,
    /// The run's workflow.
    pub workflow_id: String,
    /// What is to be done, in a line.
    pub title: String,
    /// How urgent it is: `LOW`, `MEDIUM`, `HIGH`, `CRITICAL`.
    pub priority: String,
    /// Where it stands; see [`Status`].
    pub status: String,
    /// Whose it is.
    pub assignee: Option<String>,
    /// The role that it is meant for.
    pub role: Option<String>,
    /// The queue in which it lies.
    pub queue: Option<String>,
    /// When it is to be done.
    pub due_at: OffsetDateTime,
    /// When the run stops waiting.
    pub expires_at: OffsetDateTime,
    /// Whether it went over to others.
    pub escalated: bool,
    /// Who completed, rejected or cancelled it.
    pub settled_by: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// Which tasks are wanted: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that stand in one of these places.
    pub statuses: Option<Vec<Status>>,
    /// Those of this person.
    pub assignee: Option<String>,
    /// Those meant for this role.
    pub role: Option<String>,
    /// Those in this queue.
    pub queue: Option<String>,
    /// Those of this workflow's runs.
    pub workflow: Option<WorkflowId>,
    /// Those of this run.
    pub run: Option<RunId>,
    /// Those that are this urgent.
    pub priority: Option<Priority>,
    /// Those that are to be done before this instant.
    pub due_before: Option<OffsetDateTime>,
}

/// What a list of tasks is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tasks {
    views: Views,
    positions: Positions,
}

impl Tasks {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The tasks of an organization, those of the latest runs first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let text = |text: &Option<String>| text.as_deref().map(|text| Text::from(text).to_string());
        let statuses: Option<Vec<_>> = filter
            .statuses
            .as_ref()
            .map(|all| all.iter().map(|status| status.name().to_owned()).collect());
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select task_id as "task_id!", run_id as "run_id!", node_id as "node_id!",
                      workflow_id as "workflow_id!", title as "title!", priority as "priority!",
                      status as "status!", assignee, role, queue, due_at as "due_at!",
                      expires_at as "expires_at!", escalated as "escalated!", settled_by,
                      created_at as "created_at!", updated_at as "updated_at!"
                 from view_tasks
                where organization_id = $1
                  and ($2::text[] is null or status = any ($2))
                  and ($3::text is null or assignee = $3)
                  and ($4::text is null or role = $4)
                  and ($5::text is null or queue = $5)
                  and ($6::text is null or workflow_id = $6)
                  and ($7::text is null or run_id = $7)
                  and ($8::text is null or priority = $8)
                  and ($9::timestamptz is null or due_at < $9)
                  and ($10::text is null or task_id < $10)
                order by task_id desc limit $11 offset $12"#,
            organization.to_string(),
            statuses.as_deref(),
            text(&filter.assignee),
            text(&filter.role),
            text(&filter.queue),
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.run.map(|run| run.to_string()),
            filter.priority.map(Priority::name),
            filter.due_before,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing tasks"))?;
        Ok(Page::of(items, paging, position, |row| row.task_id.clone()))
    }
}

/// A task that is to remind somebody, or to go over to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prompt {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The task.
    pub task: TaskId,
    /// Since when.
    pub due_at: OffsetDateTime,
}

/// The tasks in these slots for which something is due at `now`, the most overdue first, at most
/// `limit`.
pub async fn prompts(
    views: &HouseViews,
    slots: &[i16],
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Prompt>, Error> {
    let rows = sqlx::query!(
        r#"select organization_id as "organization!", task_id as "task!", prompt_at as "due_at!"
             from house_tasks where slot = any ($1) and prompt_at <= $2
            order by prompt_at limit $3"#,
        slots,
        now,
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for tasks that are due"))?;
    rows.into_iter()
        .map(|row| {
            Ok(Prompt {
                organization: held(&row.organization)?,
                task: held(&row.task)?,
                due_at: row.due_at,
            })
        })
        .collect()
}
