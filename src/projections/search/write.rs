//! The rows of workflows' words on their way in and out of the table.

use sqlx::PgConnection;

use super::fold::{Row, Shelf};
use crate::projections::Error;
use crate::projections::error::while_doing;

/// The rows of these workflows, as far as they exist.
pub(super) async fn load(
    connection: &mut PgConnection,
    workflows: &[&str],
) -> Result<Vec<Row>, Error> {
    sqlx::query_as!(
        Row,
        "select workflow_id, organization_id, name, description, tags, draft_nodes::text as draft_nodes,
                live_nodes::text as live_nodes, archived, updated_at
           from workflow_words where workflow_id = any ($1)",
        workflows as _,
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("reading the words of workflows before folding"))
}

/// Writes the rows as they are now. A vector holds less than a megabyte: what is very long is cut
/// off, and not found by its end.
pub(super) async fn save(connection: &mut PgConnection, shelf: &Shelf) -> Result<(), Error> {
    for row in shelf.0.values() {
        sqlx::query!(
            "insert into workflow_words (workflow_id, organization_id, name, description, tags,
                                         draft_nodes, live_nodes, archived, updated_at, words)
             values ($1, $2, $3::text, $4::text, $5::text[], $6::text::json, $7::text::json, $8, $9,
                     setweight(to_tsvector('simple', $3::text), 'A')
                     || setweight(to_tsvector('simple', array_to_string($5::text[], ' ')), 'B')
                     || setweight(to_tsvector('simple', left(coalesce($4::text, ''), 20000)), 'C')
                     || setweight(to_tsvector('simple', left(coalesce(
                          (select string_agg(concat_ws(' ', n.id, n.type, n.title, n.description), ' ')
                             from json_to_recordset(coalesce($6::text::json, $7::text::json))
                                  n (id text, type text, title text, description text)), ''), 60000)), 'D'))
                 on conflict (workflow_id) do update
                set name = excluded.name, description = excluded.description, tags = excluded.tags,
                    draft_nodes = excluded.draft_nodes, live_nodes = excluded.live_nodes,
                    archived = excluded.archived, updated_at = excluded.updated_at,
                    words = excluded.words",
            row.workflow_id,
            row.organization_id,
            row.name,
            row.description,
            &row.tags,
            row.draft_nodes,
            row.live_nodes,
            row.archived,
            row.updated_at,
        )
        .execute(&mut *connection)
        .await
        .map_err(while_doing("writing the words of a workflow"))?;
    }
    Ok(())
}
