//! The rows of tasks on their way in and out of the table.

use sqlx::PgConnection;

use super::fold::{Row, Tasks};
use crate::projections::Error;
use crate::projections::error::while_doing;

/// The rows of these tasks, as far as they exist.
pub(super) async fn load(connection: &mut PgConnection, tasks: &[&str]) -> Result<Vec<Row>, Error> {
    sqlx::query_as!(
        Row,
        "select task_id, organization_id, slot, run_id, node_id, workflow_id, title, priority, status,
                assignee, person, role, queue, due_at, expires_at, escalated, settled_by, created_at,
                updated_at, settled_at, reminders, reminded, escalates_at, prompt_at, last_position,
                last_sequence
           from tasks where task_id = any ($1)",
        tasks as _,
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("reading tasks before folding"))
}

/// Writes the rows as they are now.
pub(super) async fn save(connection: &mut PgConnection, tasks: &Tasks) -> Result<(), Error> {
    for row in tasks.rows.values() {
        save_task(connection, row).await?;
    }
    Ok(())
}

async fn save_task(connection: &mut PgConnection, row: &Row) -> Result<(), Error> {
    sqlx::query!(
        "insert into tasks (task_id, organization_id, slot, run_id, node_id, workflow_id, title,
                            priority, status, assignee, person, role, queue, due_at, expires_at,
                            escalated, settled_by, created_at, updated_at, settled_at, reminders,
                            reminded, escalates_at, prompt_at, last_position, last_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                 $20, $21, $22, $23, $24, $25, $26)
             on conflict (task_id) do update
            set status = excluded.status, assignee = excluded.assignee, person = excluded.person,
                role = excluded.role, queue = excluded.queue, due_at = excluded.due_at,
                escalated = excluded.escalated, settled_by = excluded.settled_by,
                updated_at = excluded.updated_at, settled_at = excluded.settled_at,
                reminded = excluded.reminded, escalates_at = excluded.escalates_at,
                prompt_at = excluded.prompt_at, last_position = excluded.last_position,
                last_sequence = excluded.last_sequence",
        row.task_id,
        row.organization_id,
        row.slot,
        row.run_id,
        row.node_id,
        row.workflow_id,
        row.title,
        row.priority,
        row.status,
        row.assignee,
        row.person,
        row.role,
        row.queue,
        row.due_at,
        row.expires_at,
        row.escalated,
        row.settled_by,
        row.created_at,
        row.updated_at,
        row.settled_at,
        &row.reminders,
        row.reminded,
        row.escalates_at,
        row.prompt_at,
        row.last_position,
        row.last_sequence,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing a task"))
}
