//! How far schedules have come: which due times were dealt with, through restarts and on several
//! nodes.

use std::collections::HashSet;

use serde_json::Value;
use time::OffsetDateTime;

use super::error::while_doing;
use super::{Error, Journal};
use crate::primitives::{OrganizationId, RunId, WorkflowId};

/// How far a workflow's schedule has come.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleCursor {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its owner.
    pub organization: OrganizationId,
    /// Every due time up to then was fired or passed over.
    pub done_through: OffsetDateTime,
    /// The last due time that was fired.
    pub last_due: Option<OffsetDateTime>,
    /// When it was.
    pub last_fired_at: Option<OffsetDateTime>,
    /// The run that it began; `None` where it was passed over.
    pub last_run: Option<RunId>,
    /// A decision about missed times that is being carried out.
    pub plan: Option<Value>,
    /// How often it moved; 0 of one that was never stored.
    pub revision: i64,
}

struct Row {
    workflow_id: String,
    organization_id: String,
    done_through: OffsetDateTime,
    last_due: Option<OffsetDateTime>,
    last_fired_at: Option<OffsetDateTime>,
    last_run: Option<String>,
    plan: Option<Value>,
    revision: i64,
}

impl Row {
    fn read(self) -> Result<ScheduleCursor, Error> {
        let damaged = |what: &str| Error::Damaged(format!("a schedule's cursor holds {what}"));
        Ok(ScheduleCursor {
            workflow: self.workflow_id.parse().map_err(|_| damaged("no workflow's id"))?,
            organization: self
                .organization_id
                .parse()
                .map_err(|_| damaged("no organization's id"))?,
            done_through: self.done_through,
            last_due: self.last_due,
            last_fired_at: self.last_fired_at,
            last_run: self
                .last_run
                .map(|run| run.parse().map_err(|_| damaged("no run's id")))
                .transpose()?,
            plan: self.plan,
            revision: self.revision,
        })
    }
}

impl Journal {
    /// The cursors of schedules behind that one, in the order of their workflows: `limit` of them.
    pub async fn schedule_cursors(
        &self,
        after: Option<WorkflowId>,
        limit: i64,
    ) -> Result<Vec<ScheduleCursor>, Error> {
        let after = after.map_or_else(String::new, |it| it.to_string());
        let rows = sqlx::query_as!(
            Row,
            "select workflow_id, organization_id, done_through, last_due, last_fired_at, last_run,
                    plan, revision
               from schedule_cursors where workflow_id > $1 order by workflow_id limit $2",
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading how far schedules have come"))?;
        rows.into_iter().map(Row::read).collect()
    }

    /// How far the schedule of a workflow has come; none before it fired for the first time.
    pub async fn schedule_cursor(
        &self,
        workflow: WorkflowId,
    ) -> Result<Option<ScheduleCursor>, Error> {
        let row = sqlx::query_as!(
            Row,
            "select workflow_id, organization_id, done_through, last_due, last_fired_at, last_run,
                    plan, revision
               from schedule_cursors where workflow_id = $1",
            workflow.to_string(),
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading how far a schedule has come"))?;
        row.map(Row::read).transpose()
    }

    /// Moves cursors that still have the revision that is given, each to one revision more. Returns
    /// the workflows whose cursor has moved: somebody else moved the others.
    pub async fn move_schedule_cursors(
        &self,
        moved: &[ScheduleCursor],
    ) -> Result<HashSet<WorkflowId>, Error> {
        let column = |of: fn(&ScheduleCursor) -> Option<OffsetDateTime>| {
            moved.iter().map(of).collect::<Vec<_>>()
        };
        let workflows: Vec<_> = moved.iter().map(|it| it.workflow.to_string()).collect();
        let organizations: Vec<_> = moved.iter().map(|it| it.organization.to_string()).collect();
        let done_through: Vec<_> = moved.iter().map(|it| it.done_through).collect();
        let (last_due, last_fired_at) = (column(|it| it.last_due), column(|it| it.last_fired_at));
        let last_run: Vec<_> =
            moved.iter().map(|it| it.last_run.map(|it| it.to_string())).collect();
        let plans: Vec<_> = moved.iter().map(|it| it.plan.clone()).collect();
        let revisions: Vec<_> = moved.iter().map(|it| it.revision + 1).collect();
        let rows = sqlx::query_scalar!(
            "insert into schedule_cursors as c
               (workflow_id, organization_id, done_through, last_due, last_fired_at, last_run, plan,
                revision)
             select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[],
                                  $5::timestamptz[], $6::text[], $7::jsonb[], $8::bigint[])
             on conflict (workflow_id) do update
                set done_through = excluded.done_through, last_due = excluded.last_due,
                    last_fired_at = excluded.last_fired_at, last_run = excluded.last_run,
                    plan = excluded.plan, revision = excluded.revision
              where c.revision = excluded.revision - 1
             returning c.workflow_id",
            &workflows,
            &organizations,
            &done_through,
            &last_due as &[Option<OffsetDateTime>],
            &last_fired_at as &[Option<OffsetDateTime>],
            &last_run as &[Option<String>],
            &plans as &[Option<Value>],
            &revisions,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("moving the cursors of schedules"))?;
        Ok(rows.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// Whether a trigger with this id has fired in an organization.
    pub async fn is_claimed(
        &self,
        organization: OrganizationId,
        trigger_id: &str,
    ) -> Result<bool, Error> {
        let found = sqlx::query_scalar!(
            r#"select exists (select from trigger_claims
                               where organization_id = $1 and trigger_id = $2) as "claimed!""#,
            organization.to_string(),
            trigger_id,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("asking whether a trigger has fired"))?;
        Ok(found)
    }
}
