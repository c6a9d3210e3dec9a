//! Two builds compared a few rows at a time, beside traffic that must not feel it.

use sqlx::{Connection, PgConnection};

use super::candidate::Candidate;
use super::compare::{Comparison, Difference, Reason, approach, first_difference, row};
use super::effort::Effort;
use super::turns::Turns;
use crate::projections::Error;
use crate::projections::builds;
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;

/// Rows of a slice: some milliseconds of hashing.
const ROWS: i64 = 256;

/// Compares the candidate with the live build, slice by slice, each in a short transaction of its own and at the
/// position where the live build is then: a long one would keep the database from cleaning up behind everybody.
pub(super) async fn with_live(
    projection: &dyn Projection,
    candidate: &mut Candidate<'_>,
    frozen: &mut PgConnection,
    turns: &mut Turns,
) -> Result<Comparison, Error> {
    approach(projection, candidate, frozen).await?;
    let (mut position, mut rows) = (candidate.build.position, 0);
    for table in tables(frozen, candidate.build.build_id).await? {
        let mut after = None;
        loop {
            let look = look(projection, candidate, frozen, (&table, after.as_deref()));
            let amount = usize::try_from(ROWS).unwrap_or_default();
            let seen = turns.take(amount, look).await?;
            match seen {
                Seen::Alike { at, count, last } => {
                    (position, rows) = (at, rows + count);
                    after = last;
                }
                Seen::Otherwise(comparison) => return Ok(comparison),
            }
            if after.is_none() {
                break;
            }
        }
    }
    Ok(Comparison::Same { position, rows })
}

/// What a look at a slice showed.
enum Seen {
    /// The same rows in both. The last of their keys; none where the table ends.
    Alike { at: i64, count: i64, last: Option<Vec<String>> },
    /// What ends the comparison.
    Otherwise(Comparison),
}

async fn look(
    projection: &dyn Projection,
    candidate: &mut Candidate<'_>,
    frozen: &mut PgConnection,
    (table, after): (&str, Option<&[String]>),
) -> Result<Seen, Error> {
    let failed = while_doing("comparing a part of two builds");
    let begin = "begin isolation level repeatable read read only";
    let mut snapshot = frozen.begin_with(begin).await.map_err(&failed)?;
    let live = builds::live(&mut snapshot, projection.name()).await?;
    let not = |reason| Ok(Seen::Otherwise(Comparison::NotComparable(reason)));
    if live.version != projection.version() {
        return not(Reason::OtherVersion);
    }
    if live.position < candidate.build.position {
        return not(Reason::LiveIsBehind);
    }
    candidate.catch_up(live.position, Effort::FULL.chunk()).await?;
    let made = candidate.build.build_id;
    let shown = slice(&mut snapshot, live.build_id, table, (after, None, ROWS)).await?;
    let is_whole = shown.rows == ROWS;
    let upto = if is_whole { shown.last.as_deref() } else { None };
    // One more than there should be is seen, and no more than one.
    let rebuilt = slice(&mut candidate.connection, made, table, (after, upto, ROWS + 1)).await?;
    if (shown.rows, &shown.hash) == (rebuilt.rows, &rebuilt.hash) {
        let (at, count) = (live.position, shown.rows);
        return Ok(Seen::Alike { at, count, last: if is_whole { shown.last } else { None } });
    }
    let (one, other) = ((&mut *snapshot, live.build_id), (&mut candidate.connection, made));
    let key = first_difference(one, other, table).await?;
    let shown = row(&mut snapshot, live.build_id, table, &key).await?;
    let rebuilt = row(&mut candidate.connection, made, table, &key).await?;
    let (position, table) = (live.position, table.to_owned());
    let difference = Difference { position, table, key, live: shown, rebuilt };
    Ok(Seen::Otherwise(Comparison::Different(difference)))
}

struct Slice {
    rows: i64,
    hash: String,
    last: Option<Vec<String>>,
}

async fn slice(
    connection: &mut PgConnection,
    build_id: i64,
    table: &str,
    (after, upto, rows): (Option<&[String]>, Option<&[String]>, i64),
) -> Result<Slice, Error> {
    sqlx::query_as!(
        Slice,
        r#"select row_count as "rows!", row_hash as "hash!", last_key as "last"
             from projection_slice($1, $2, $3, $4, $5)"#,
        build_id,
        table,
        after as _,
        upto as _,
        rows,
    )
    .fetch_one(connection)
    .await
    .map_err(while_doing("hashing a part of the rows of a build"))
}

async fn tables(connection: &mut PgConnection, build_id: i64) -> Result<Vec<String>, Error> {
    sqlx::query_scalar!(
        r#"select c.relname::text as "name!" from pg_class c
             join projection_builds b on c.relnamespace = to_regnamespace(quote_ident(b.schema_name))
            where b.build_id = $1 and c.relkind = 'r' order by 1"#,
        build_id,
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("listing the tables of a build"))
}
