//! What examinations found: kept for people, the newest thousand.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;
use super::examine::Unlike;

/// How many are kept.
const KEPT: i64 = 1_000;

/// A row that was not as the ledger makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// When it was found.
    pub found_at: OffsetDateTime,
    /// The view.
    pub projection: String,
    /// Where in the ledger the view was.
    pub position: i64,
    /// The table.
    pub table: String,
    /// The row's key, its columns separated by slashes.
    pub key: String,
    /// The row as readers saw it, JSON text; none if it was missing.
    pub live: Option<String>,
    /// The row as the ledger makes it, JSON text; none if there should have been none.
    pub made: Option<String>,
    /// Whether the streams were projected again.
    pub is_mended: bool,
}

/// Notes what an examination found of a view. `projector` is a connection of those who project.
pub async fn note(
    projector: &PgPool,
    (projection, position): (&str, i64),
    differences: &[Unlike],
    is_mended: bool,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let doing = "noting what was found of a view";
    let tables: Vec<String> = differences.iter().map(|it| it.table.clone()).collect();
    let keys: Vec<String> = differences.iter().map(|it| it.key.clone()).collect();
    let live: Vec<Option<String>> = differences.iter().map(|it| it.live.clone()).collect();
    let made: Vec<Option<String>> = differences.iter().map(|it| it.made.clone()).collect();
    sqlx::query!(
        "insert into projection_findings
           (found_at, projection, position, table_name, row_key, live, made, mended)
         select $1, $2, $3, t, k, l, m, $4
           from unnest($5::text[], $6::text[], $7::text[], $8::text[]) f (t, k, l, m)",
        at,
        projection,
        position,
        is_mended,
        &tables,
        &keys,
        &live as &[Option<String>],
        &made as &[Option<String>],
    )
    .execute(projector)
    .await
    .map_err(while_doing(doing))?;
    sqlx::query!(
        "delete from projection_findings where finding_id <=
           (select max(finding_id) from projection_findings) - $1",
        KEPT,
    )
    .execute(projector)
    .await
    .map(drop)
    .map_err(while_doing(doing))
}

/// The newest findings, at most `limit`.
pub async fn list(pool: &PgPool, limit: i64) -> Result<Vec<Finding>, Error> {
    sqlx::query_as!(
        Finding,
        r#"select found_at, projection, position, table_name as "table", row_key as "key", live, made,
                  mended as is_mended
             from projection_findings order by finding_id desc limit $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
    .map_err(while_doing("listing what was found of views"))
}
