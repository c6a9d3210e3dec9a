//! Where cursors are kept.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;
use crate::primitives::{OrganizationId, WorkflowId};

/// How far a source was read for a workflow, and how it is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Counts the changes; 0 before the first.
    pub revision: i64,
    /// The version of the workflow that asked last.
    pub version: i32,
    /// A hash of how it asked.
    pub settings: String,
    /// How far it was read; none before the first answer.
    pub cursor: Option<String>,
    /// When it was asked last.
    pub polled_at: OffsetDateTime,
    /// When it is asked next.
    pub next_at: OffsetDateTime,
    /// How often in a row it has failed.
    pub failures: i32,
    /// Why it failed last, where it did.
    pub problem: Option<String>,
    /// How many items were handed on.
    pub items: i64,
}

/// The cursors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cursors {
    pool: PgPool,
}

impl Cursors {
    /// Those of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// How the source of a workflow stands; none where it was never asked.
    pub async fn load(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
    ) -> Result<Option<Standing>, Error> {
        sqlx::query_as!(
            Standing,
            "select revision, version, settings, cursor, polled_at, next_at, failures, problem, items
               from source_cursors where organization_id = $1 and workflow_id = $2",
            organization.to_string(),
            workflow.to_string(),
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("looking for a cursor"))
    }

    /// Changes how it stands, if nobody has since it was seen; whether it was changed.
    pub async fn swap(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        standing: &Standing,
    ) -> Result<bool, Error> {
        sqlx::query!(
            "insert into source_cursors as c
                    (organization_id, workflow_id, revision, version, settings, cursor, polled_at,
                     next_at, failures, problem, items)
             values ($1, $2, $3::bigint + 1, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (organization_id, workflow_id) do update
                set revision = excluded.revision, version = excluded.version,
                    settings = excluded.settings, cursor = excluded.cursor,
                    polled_at = excluded.polled_at, next_at = excluded.next_at,
                    failures = excluded.failures, problem = excluded.problem,
                    items = excluded.items
              where c.revision = $3",
            organization.to_string(),
            workflow.to_string(),
            standing.revision,
            standing.version,
            standing.settings,
            standing.cursor,
            standing.polled_at,
            standing.next_at,
            standing.failures,
            standing.problem,
            standing.items,
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected() == 1)
        .map_err(while_doing("moving a cursor"))
    }
}
