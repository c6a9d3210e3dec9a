//! The rows of workflows and versions on their way in and out of the tables.

use sqlx::PgConnection;

use super::fold::{Catalog, Row, Version};
use crate::projections::Error;
use crate::projections::error::while_doing;

/// The rows of these workflows, as far as they exist.
pub(super) async fn load(
    connection: &mut PgConnection,
    workflows: &[&str],
) -> Result<Vec<Row>, Error> {
    sqlx::query_as!(
        Row,
        "select workflow_id, organization_id, name, description, status, pause_reason,
                draft::text as draft, live_version, webhook_secret_hash, created_by, updated_by,
                created_at, updated_at, last_position, last_sequence
           from workflows where workflow_id = any ($1)",
        workflows as _,
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("reading workflows before folding"))
}

/// Writes the rows as they are now.
pub(super) async fn save(connection: &mut PgConnection, catalog: &Catalog) -> Result<(), Error> {
    for row in catalog.workflows.values() {
        save_workflow(connection, row).await?;
    }
    for version in &catalog.versions {
        insert_version(connection, version).await?;
    }
    Ok(())
}

async fn save_workflow(connection: &mut PgConnection, row: &Row) -> Result<(), Error> {
    sqlx::query!(
        "insert into workflows (workflow_id, organization_id, name, description, status, pause_reason,
                                draft, live_version, webhook_secret_hash, created_by, updated_by,
                                created_at, updated_at, last_position, last_sequence)
         values ($1, $2, $3, $4, $5, $6, $7::text::json, $8, $9, $10, $11, $12, $13, $14, $15)
             on conflict (workflow_id) do update
            set name = excluded.name, description = excluded.description, status = excluded.status,
                pause_reason = excluded.pause_reason, draft = excluded.draft,
                live_version = excluded.live_version, updated_by = excluded.updated_by,
                updated_at = excluded.updated_at, last_position = excluded.last_position,
                last_sequence = excluded.last_sequence",
        row.workflow_id,
        row.organization_id,
        row.name,
        row.description,
        row.status,
        row.pause_reason,
        row.draft,
        row.live_version,
        row.webhook_secret_hash,
        row.created_by,
        row.updated_by,
        row.created_at,
        row.updated_at,
        row.last_position,
        row.last_sequence,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing a workflow"))
}

async fn insert_version(connection: &mut PgConnection, row: &Version) -> Result<(), Error> {
    sqlx::query!(
        "insert into workflow_versions (workflow_id, version, organization_id, definition,
                                        restored_version, published_by, published_at, position)
         values ($1, $2, $3, $4::text::json, $5, $6, $7, $8)",
        row.workflow_id,
        row.version,
        row.organization_id,
        row.definition,
        row.restored_version,
        row.published_by,
        row.published_at,
        row.position,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing a version"))
}
