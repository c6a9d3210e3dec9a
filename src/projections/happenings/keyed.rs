//! Which runs events have started under which key, and whether they go on.

use crate::primitives::{OrganizationId, RunId, WorkflowId};
use crate::projections::Error;
use crate::projections::error::{held, while_doing};
use crate::projections::views::Views;

/// The last run of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyedRun {
    /// The run.
    pub run: RunId,
    /// Whether it is over.
    pub is_over: bool,
}

/// The last run that began under a key before a position, and whether it was over there.
pub async fn last_of_key(
    views: &Views,
    organization: OrganizationId,
    workflow: WorkflowId,
    key: &str,
    before: i64,
) -> Result<Option<KeyedRun>, Error> {
    let mut reader = views.of(organization).await?;
    let row = sqlx::query!(
        r#"select run_id as "run!", coalesce(ended_at < $4, false) as "is_over!"
             from view_keyed_runs
            where organization_id = $1 and workflow_id = $2 and key = $3 and position < $4
            order by position desc limit 1"#,
        organization.to_string(),
        workflow.to_string(),
        key,
        before,
    )
    .fetch_optional(reader.rows())
    .await
    .map_err(while_doing("asking for the last run of a key"))?;
    row.map(|row| Ok(KeyedRun { run: held(&row.run)?, is_over: row.is_over })).transpose()
}

/// The runs that began under a key before a position and were not over there, behind `after` in the
/// order of their ids, at most `limit`.
pub async fn running_of_key(
    views: &Views,
    organization: OrganizationId,
    (workflow, key): (WorkflowId, &str),
    before: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<RunId>, Error> {
    let mut reader = views.of(organization).await?;
    let runs = sqlx::query_scalar!(
        r#"select run_id as "run!" from view_keyed_runs
            where organization_id = $1 and workflow_id = $2 and key = $3 and position < $4
              and (ended_at is null or ended_at >= $4) and run_id > $5
            order by run_id limit $6"#,
        organization.to_string(),
        workflow.to_string(),
        key,
        before,
        after,
        limit,
    )
    .fetch_all(reader.rows())
    .await
    .map_err(while_doing("asking for the runs of a key"))?;
    runs.iter().map(|run| held(run)).collect()
}
