//! The questions to `view_runs` and `view_executions`.

use engine::{ExecutionStatus, NodeId, RunStatus};
use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, RunId, WorkflowId};
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging, Reflecting};
use crate::projections::text::Text;
use crate::projections::{Error, Positions, Views};

/// A run as it is listed and opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub run_id: String,
    /// The workflow.
    pub workflow_id: String,
    /// Which version of it.
    pub workflow_version: i32,
    /// Where it stands: `running`, `waiting`, `success`, `failure`, `cancelled`.
    pub status: String,
    /// What set it off: `manual`, `webhook`, `retry`.
    pub trigger_kind: String,
    /// From where that came.
    pub trigger_source: String,
    /// Who or what gave the order.
    pub triggered_by: String,
    /// The failed run that it continues.
    pub source_run_id: Option<String>,
    /// What expressions read as `$inputs`: JSON text. Absent from lists.
    pub input: Option<String>,
    /// The results of its leaf nodes: JSON text. Absent from lists.
    pub output: Option<String>,
    /// Why it failed: JSON text. Absent from lists.
    pub failure: Option<String>,
    /// The code of that.
    pub failure_code: Option<String>,
    /// The message of that.
    pub failure_message: Option<String>,
    /// The node that failed first.
    pub failed_node_id: Option<String>,
    /// Who wanted it to end.
    pub cancelled_by: Option<String>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub finished_at: Option<OffsetDateTime>,
    /// How many nodes its definition has.
    pub node_count: i32,
    /// How many of them succeeded.
    pub succeeded_count: i32,
    /// How many failed for good.
    pub failed_count: i32,
    /// How many were skipped.
    pub skipped_count: i32,
    /// How many were cut off by its end.
    pub cancelled_count: i32,
    /// The position of its last event that the view has.
    pub last_position: i64,
    /// The sequence of that event.
    pub last_sequence: i64,
    /// Compute units that it has used; none while the view of usage does not know it.
    pub compute_units: Option<i64>,
}

/// One attempt of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The node.
    pub node_id: String,
    /// Which attempt, from 1; 0 is what a retry took over from its source run.
    pub attempt: i32,
    /// The node's type; unknown for a node that was cut off before it began.
    pub kind: Option<String>,
    /// Where it stands.
    pub status: String,
    /// The resolved payload: JSON text.
    pub input: Option<String>,
    /// What it gave: JSON text.
    pub output: Option<String>,
    /// The branch that it chose.
    pub branch: Option<String>,
    /// Why it failed: JSON text.
    pub error: Option<String>,
    /// What makes the other side perform it once only.
    pub idempotency_key: Option<String>,
    /// How often it was performed again after an interruption.
    pub repeats: i32,
    /// When the delay, the retry or the wait is, or was, due.
    pub due_at: Option<OffsetDateTime>,
    /// Who resumed the wait.
    pub resumed_by: Option<String>,
    /// From where that came.
    pub resume_source: Option<String>,
    /// When it began.
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    pub ended_at: Option<OffsetDateTime>,
    /// The position of the last event that concerns it.
    pub last_position: i64,
}

/// How many runs of a lineage are listed at most.
pub const MAX_LINEAGE: i64 = 1_000;

/// A run among those that continue one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Its id.
    pub run_id: String,
    /// Which version of the workflow it executes.
    pub workflow_version: i32,
    /// Where it stands.
    pub status: String,
    /// The run that it continues; none for the first.
    pub source_run_id: Option<String>,
    /// Who or what gave the order.
    pub triggered_by: String,
    /// The node that failed first.
    pub failed_node_id: Option<String>,
    /// The code of its failure.
    pub failure_code: Option<String>,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub finished_at: Option<OffsetDateTime>,
}

/// Which runs are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that stand here.
    pub status: Option<RunStatus>,
    /// Those of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Those that began at or after.
    pub since: Option<OffsetDateTime>,
    /// Those that began before.
    pub until: Option<OffsetDateTime>,
    /// Those in which a node stands here.
    pub node_status: Option<ExecutionStatus>,
    /// Those whose id, or whose failure's code, message or node, contains this, in whatever case.
    pub text: Option<String>,
    /// None of these workflows, by id: they are private to others.
    pub hidden: Vec<String>,
}

/// What run history is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RunHistory {
    views: Views,
    positions: Positions,
}

impl RunHistory {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// What the last runs of a workflow came to that began since then and have ended by themselves:
    /// `success` or `failure`, those that began last first.
    pub async fn last_ends(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        since: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select status as "status!" from view_runs
                where organization_id = $1 and workflow_id = $2 and started_at >= $3
                  and status in ('success', 'failure')
                order by run_id desc limit $4"#,
            organization.to_string(),
            workflow.to_string(),
            since,
            i64::from(limit),
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("asking how the last runs of a workflow ended"))
    }

    /// When the last run of a workflow began.
    pub async fn last_started(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
    ) -> Result<Option<OffsetDateTime>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select started_at as "started_at!" from view_runs
                where organization_id = $1 and workflow_id = $2 order by run_id desc limit 1"#,
            organization.to_string(),
            workflow.to_string(),
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("asking when the last run of a workflow began"))
    }

    /// The runs of an organization, the latest first, without their inputs and outputs.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Run>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_file_as!(
            Run,
            "src/projections/run_history/list_runs.sql",
            organization.to_string(),
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.status.map(RunStatus::name),
            filter.since,
            filter.until,
            filter.node_status.map(ExecutionStatus::name),
            filter.text.as_deref().map(|text| Text::from(text).to_string()),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
            &filter.hidden,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing runs"))?;
        Ok(Page::of(items, paging, position, |run| run.run_id.clone()))
    }

    /// The last finished runs of one version of a workflow, the latest first.
    pub async fn finished(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        version: u32,
        limit: i64,
    ) -> Result<Reflecting<Vec<RunId>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let ids = sqlx::query_scalar!(
            r#"select run_id as "run_id!" from view_runs
                where organization_id = $1 and workflow_id = $2 and workflow_version = $3
                  and finished_at is not null
                order by run_id desc limit $4"#,
            organization.to_string(),
            workflow.to_string(),
            i32::try_from(version).unwrap_or(i32::MAX),
            limit,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("looking for finished runs"))?;
        let value = ids.iter().map(|id| id.parse()).collect::<Result<_, _>>();
        let value = value.map_err(|_| Error::Damaged("a run's id is none".to_owned()))?;
        Ok(Reflecting { value, position })
    }

    /// One run; `None` where the organization has none of that id.
    pub async fn get(
        &self,
        organization: OrganizationId,
        run: RunId,
    ) -> Result<Reflecting<Option<Run>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let value = sqlx::query_as!(
            Run,
            r#"select run_id as "run_id!", workflow_id as "workflow_id!",
                      workflow_version as "workflow_version!", status as "status!",
                      trigger_kind as "trigger_kind!", trigger_source as "trigger_source!",
                      triggered_by as "triggered_by!", source_run_id, input::text as input,
                      output::text as output, failure::text as failure, failure_code,
                      failure_message, failed_node_id, cancelled_by, cancel_reason,
                      started_at as "started_at!", finished_at, node_count as "node_count!",
                      succeeded_count as "succeeded_count!", failed_count as "failed_count!",
                      skipped_count as "skipped_count!", cancelled_count as "cancelled_count!",
                      last_position as "last_position!", last_sequence as "last_sequence!",
                      (select u.units from view_run_units u where u.run_id = $1) as compute_units
                 from view_runs where run_id = $1 and organization_id = $2"#,
            run.to_string(),
            organization.to_string(),
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("opening a run"))?;
        Ok(Reflecting { value, position })
    }

    /// A run, all that it continues and all that continue it, the first one first; at most
    /// [`MAX_LINEAGE`]. None where the organization has no such run.
    pub async fn lineage(
        &self,
        organization: OrganizationId,
        run: RunId,
    ) -> Result<Reflecting<Vec<Relative>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let value = sqlx::query_file_as!(
            Relative,
            "src/projections/run_history/lineage.sql",
            organization.to_string(),
            run.to_string(),
            MAX_LINEAGE,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("following the lineage of a run"))?;
        Ok(Reflecting { value, position })
    }

    /// Every attempt of a run's nodes, by node and attempt; of all nodes, or of some.
    pub async fn executions(
        &self,
        organization: OrganizationId,
        run: RunId,
        nodes: Option<&[NodeId]>,
    ) -> Result<Reflecting<Vec<Execution>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let nodes: Option<Vec<String>> =
            nodes.map(|nodes| nodes.iter().map(ToString::to_string).collect());
        let mut reader = self.views.of(organization).await?;
        let value = sqlx::query_as!(
            Execution,
            r#"select node_id as "node_id!", attempt as "attempt!", kind, status as "status!",
                      input::text as input, output::text as output, branch, error::text as error,
                      idempotency_key, repeats as "repeats!", due_at, resumed_by, resume_source,
                      started_at, ended_at, last_position as "last_position!"
                 from view_executions
                where run_id = $1 and organization_id = $2
                  and ($3::text[] is null or node_id = any ($3))
                order by node_id, attempt"#,
            run.to_string(),
            organization.to_string(),
            nodes.as_deref(),
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing the executions of a run"))?;
        Ok(Reflecting { value, position })
    }
}
