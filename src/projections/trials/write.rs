//! The rows of tests and executions on their way into the tables. Each says how many it changed.

use sqlx::PgConnection;

use super::fold::{Change, Deed, Finished, Started};
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::text::Text;

pub(super) async fn create(
    connection: &mut PgConnection,
    event: &Recorded,
    change: &Change<'_>,
) -> Result<u64, Error> {
    let definition = &change.definition;
    sqlx::query!(
        "insert into tests (test_id, organization_id, name, description, kind, target_id, case_count,
                            created_by, created_at, updated_by, updated_at, deleted, last_position,
                            last_sequence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9, false, $10, $11)",
        event.aggregate_id,
        event.organization.to_string(),
        definition.name.as_str(),
        definition.description.as_ref().map(Text::as_str),
        definition.kind.as_ref().map_or("workflow", |text| text.as_str()),
        definition.target_id.as_ref().map(Text::as_str),
        i32::try_from(definition.cases.len()).unwrap_or(i32::MAX),
        change.by.as_str(),
        change.at,
        event.position,
        event.sequence,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("writing a test"))
}

pub(super) async fn update(
    connection: &mut PgConnection,
    event: &Recorded,
    change: &Change<'_>,
) -> Result<u64, Error> {
    let definition = &change.definition;
    sqlx::query!(
        "update tests set name = $2, description = $3, kind = $4, target_id = $5, case_count = $6,
                updated_by = $7, updated_at = $8, last_position = $9, last_sequence = $10
          where test_id = $1",
        event.aggregate_id,
        definition.name.as_str(),
        definition.description.as_ref().map(Text::as_str),
        definition.kind.as_ref().map_or("workflow", |text| text.as_str()),
        definition.target_id.as_ref().map(Text::as_str),
        i32::try_from(definition.cases.len()).unwrap_or(i32::MAX),
        change.by.as_str(),
        change.at,
        event.position,
        event.sequence,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("changing a test"))
}

pub(super) async fn delete(
    connection: &mut PgConnection,
    event: &Recorded,
    deed: &Deed<'_>,
) -> Result<u64, Error> {
    sqlx::query!(
        "update tests set deleted = true, updated_by = $2, updated_at = $3, last_position = $4,
                last_sequence = $5
          where test_id = $1",
        event.aggregate_id,
        deed.by.as_str(),
        deed.at,
        event.position,
        event.sequence,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("taking a test away"))
}

pub(super) async fn begin(
    connection: &mut PgConnection,
    event: &Recorded,
    started: &Started<'_>,
) -> Result<u64, Error> {
    sqlx::query!(
        "insert into test_executions (execution_id, organization_id, test_id, test_version,
                                      workflow_id, workflow_version, status, passed, failed,
                                      triggered_by, started_at, last_position)
         values ($1, $2, $3, $4, $5, $6, 'running', 0, 0, $7, $8, $9)",
        event.aggregate_id,
        event.organization.to_string(),
        started.test_id.as_str(),
        started.test_version,
        started.workflow.as_ref().map(|workflow| workflow.id.as_str()),
        started.workflow.as_ref().map(|workflow| workflow.version),
        started.by.as_str(),
        started.at,
        event.position,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("writing a test's execution"))
}

pub(super) async fn touch(connection: &mut PgConnection, event: &Recorded) -> Result<u64, Error> {
    sqlx::query!(
        "update test_executions set last_position = $2 where execution_id = $1",
        event.aggregate_id,
        event.position,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("following a test's execution"))
}

pub(super) async fn finish(
    connection: &mut PgConnection,
    event: &Recorded,
    finished: &Finished<'_>,
) -> Result<u64, Error> {
    sqlx::query!(
        "update test_executions set status = $2, passed = $3, failed = $4, completed_at = $5,
                last_position = $6
          where execution_id = $1",
        event.aggregate_id,
        finished.status.as_str(),
        finished.passed,
        finished.failed,
        finished.at,
        event.position,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(while_doing("ending a test's execution"))
}
