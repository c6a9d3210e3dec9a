//! The changes of a batch on their way into the tables: a column an array, a statement a table.

use serde_json::value::RawValue;
use sqlx::PgConnection;

use super::fold::Changes;
use super::rows::{Cut, End, ExecutionChange, RunChange, Status};
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::text::Text;

/// Writes everything that the batch changed. Executions come first: runs read their status from them.
pub(super) async fn changes(
    connection: &mut PgConnection,
    changes: &Changes<'_>,
) -> Result<(), Error> {
    upsert_executions(connection, &changes.executions).await?;
    cut_executions(connection, &changes.cuts).await?;
    let (born, touched): (Vec<_>, Vec<_>) =
        changes.runs.iter().partition(|run| run.birth.is_some());
    insert_runs(connection, &born).await?;
    update_runs(connection, &touched).await
}

/// One column of the rows.
fn column<'r, R, V>(rows: &'r [R], value: impl Fn(&'r R) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

fn text<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(Text::as_str)
}

async fn upsert_executions(
    connection: &mut PgConnection,
    rows: &[ExecutionChange<'_>],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/projections/run_history/upsert_executions.sql",
        &column(rows, |row| row.run_id) as _,
        &column(rows, |row| row.node_id.as_str()) as _,
        &column(rows, |row| row.attempt) as _,
        &column(rows, |row| row.organization.to_string()) as _,
        &column(rows, |row| text(row.kind.as_ref())) as _,
        &column(rows, |row| row.status.map(Status::as_str)) as _,
        &column(rows, |row| row.input) as _,
        &column(rows, |row| row.output.as_deref()) as _,
        &column(rows, |row| text(row.branch.as_ref())) as _,
        &column(rows, |row| row.error) as _,
        &column(rows, |row| text(row.idempotency_key.as_ref())) as _,
        &column(rows, |row| row.repeats) as _,
        &column(rows, |row| row.due_at) as _,
        &column(rows, |row| text(row.resumed_by.as_ref())) as _,
        &column(rows, |row| text(row.resume_source.as_ref())) as _,
        &column(rows, |row| row.started_at) as _,
        &column(rows, |row| row.ended_at) as _,
        &column(rows, |row| row.position) as _,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing executions"))
}

async fn cut_executions(connection: &mut PgConnection, rows: &[Cut<'_>]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/projections/run_history/cut_executions.sql",
        &column(rows, |row| row.run_id) as _,
        &column(rows, |row| row.node_id.as_str()) as _,
        &column(rows, |row| row.organization.to_string()) as _,
        &column(rows, |row| row.at) as _,
        &column(rows, |row| row.position) as _,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("cutting executions off"))
}

async fn insert_runs(connection: &mut PgConnection, rows: &[&RunChange<'_>]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let births: Vec<_> = rows.iter().filter_map(|run| run.birth.as_ref()).collect();
    sqlx::query_file!(
        "src/projections/run_history/insert_runs.sql",
        &column(rows, |run| run.run_id) as _,
        &column(&births, |birth| birth.organization.to_string()) as _,
        &column(&births, |birth| birth.workflow_id.as_str()) as _,
        &column(&births, |birth| birth.workflow_version) as _,
        &column(rows, |run| run.end.map(End::as_str)) as _,
        &column(&births, |birth| birth.trigger_kind.as_str()) as _,
        &column(&births, |birth| birth.trigger_source.as_str()) as _,
        &column(&births, |birth| birth.triggered_by.as_str()) as _,
        &column(&births, |birth| text(birth.source_run_id.as_ref())) as _,
        &column(&births, |birth| birth.input.get()) as _,
        &column(rows, |run| run.output.map(RawValue::get)) as _,
        &column(rows, |run| run.failure.map(RawValue::get)) as _,
        &column(rows, |run| text(run.failure_code.as_ref())) as _,
        &column(rows, |run| text(run.failure_message.as_ref())) as _,
        &column(rows, |run| text(run.failed_node.as_ref())) as _,
        &column(rows, |run| text(run.cancelled_by.as_ref())) as _,
        &column(rows, |run| text(run.cancel_reason.as_ref())) as _,
        &column(&births, |birth| birth.started_at) as _,
        &column(rows, |run| run.finished_at) as _,
        &column(&births, |birth| birth.node_count) as _,
        &column(rows, |run| run.succeeded) as _,
        &column(rows, |run| run.failed) as _,
        &column(rows, |run| run.skipped) as _,
        &column(rows, |run| run.cancelled) as _,
        &column(rows, |run| run.position) as _,
        &column(rows, |run| run.sequence) as _,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing runs that began"))
}

async fn update_runs(connection: &mut PgConnection, rows: &[&RunChange<'_>]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let updated = sqlx::query_file!(
        "src/projections/run_history/update_runs.sql",
        &column(rows, |run| run.run_id) as _,
        &column(rows, |run| run.end.map(End::as_str)) as _,
        &column(rows, |run| run.output.map(RawValue::get)) as _,
        &column(rows, |run| run.failure.map(RawValue::get)) as _,
        &column(rows, |run| text(run.failure_code.as_ref())) as _,
        &column(rows, |run| text(run.failure_message.as_ref())) as _,
        &column(rows, |run| text(run.failed_node.as_ref())) as _,
        &column(rows, |run| text(run.cancelled_by.as_ref())) as _,
        &column(rows, |run| text(run.cancel_reason.as_ref())) as _,
        &column(rows, |run| run.finished_at) as _,
        &column(rows, |run| run.succeeded) as _,
        &column(rows, |run| run.failed) as _,
        &column(rows, |run| run.skipped) as _,
        &column(rows, |run| run.cancelled) as _,
        &column(rows, |run| run.position) as _,
        &column(rows, |run| run.sequence) as _,
    )
    .execute(connection)
    .await
    .map_err(while_doing("writing runs that went on"))?
    .rows_affected();
    if updated == rows.len() as u64 {
        return Ok(());
    }
    Err(Error::Damaged(format!(
        "{} of {} open runs are missing",
        rows.len() as u64 - updated,
        rows.len()
    )))
}
