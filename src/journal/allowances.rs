//! What workflows with limits have started. Counted by the append of a run's first event
//! ([`super::Side::Allowance`]), and read here.

use time::OffsetDateTime;

use super::error::while_doing;
use super::{Error, Journal};
use crate::primitives::WorkflowId;

/// How much of its allowance a workflow has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Of which allotment.
    pub allotment: i64,
    /// How many runs it has started of it.
    pub runs: i64,
    /// When the last one began.
    pub last_started_at: Option<OffsetDateTime>,
}

impl Journal {
    /// How much of its allowance a workflow has used; none before it started its first run under
    /// limits.
    pub async fn allowance_used(&self, workflow: WorkflowId) -> Result<Option<Used>, Error> {
        sqlx::query_as!(
            Used,
            "select allotment, used as runs, last_started_at from run_allowances where workflow_id = $1",
            workflow.to_string(),
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading what a workflow has used of its runs"))
    }
}
