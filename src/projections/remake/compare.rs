//! Whether two builds hold the same rows, and where they differ first.

use std::cmp::Ordering;
use std::time::Duration;

use futures::TryStreamExt;
use futures::future::try_join;
use futures::stream::BoxStream;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use super::candidate::Candidate;
use super::effort::Effort;
use crate::projections::Error;
use crate::projections::builds;
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;

/// A candidate that is not further behind is close to the live build.
const CLOSE: i64 = 4096;
/// How often it is brought closer. Each time leaves what came meanwhile, which is ever less unless
/// the live build is faster; then the snapshot has to suffice.
const APPROACHES: u32 = 10;
/// How long a live build that is behind is waited for: its projector may be about to say that it is not.
const LIVE_PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked at meanwhile.
const LIVE_LOOK: Duration = Duration::from_millis(50);

/// What comparing the live build with one made from the beginning has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// At this position both hold the same rows.
    Same {
        /// Where in the ledger they were compared.
        position: i64,
        /// How many rows there are in all tables.
        rows: i64,
    },
    /// They differ.
    Different(Difference),
    /// There is nothing to compare with.
    NotComparable(Reason),
}

/// Why two builds cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The live build is of another version: its rows have another shape.
    OtherVersion,
    /// The live build is behind: it is parked, or its projector does not run.
    LiveIsBehind,
}

/// The first row, by table and key, that two builds do not have alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where in the ledger they were compared.
    pub position: i64,
    /// The table.
    pub table: String,
    /// The row's key, its columns separated by slashes.
    pub key: String,
    /// The row as readers see it, JSON text; none if it is missing.
    pub live: Option<String>,
    /// The row as the ledger makes it, JSON text; none if there should be none.
    pub rebuilt: Option<String>,
}

/// Brings the candidate to where the live build is, and compares the two there.
///
/// The live build is read in one snapshot, and goes on meanwhile.
pub(super) async fn with_live(
    projection: &dyn Projection,
    candidate: &mut Candidate<'_>,
    frozen: &mut PgConnection,
) -> Result<Comparison, Error> {
    let failed = while_doing("comparing two builds");
    approach(projection, candidate, frozen).await?;
    let mut snapshot = frozen
        .begin_with("begin isolation level repeatable read read only")
        .await
        .map_err(&failed)?;
    let live = builds::live(&mut snapshot, projection.name()).await?;
    if live.version != projection.version() {
        return Ok(Comparison::NotComparable(Reason::OtherVersion));
    }
    if live.position < candidate.build.position {
        return Ok(Comparison::NotComparable(Reason::LiveIsBehind));
    }
    candidate.catch_up(live.position, Effort::FULL.chunk()).await?;
    let position = live.position;
    let rebuilt_id = candidate.build.build_id;
    let (shown, rebuilt) = try_join(
        tables(&mut snapshot, live.build_id),
        tables(&mut candidate.connection, rebuilt_id),
    )
    .await?;
    let Some((shown_table, _)) = shown.iter().zip(&rebuilt).find(|(a, b)| a != b) else {
        let rows = rebuilt.iter().map(|table| table.rows).sum();
        let hash: Vec<_> = rebuilt.iter().map(|table| table.hash.as_str()).collect();
        let hash = hash.join(":");
        for build_id in [live.build_id, rebuilt_id] {
            note(&mut candidate.connection, build_id, &hash, position).await?;
        }
        return Ok(Comparison::Same { position, rows });
    };
    let table = shown_table.name.clone();
    let key = first_difference(
        (&mut snapshot, live.build_id),
        (&mut candidate.connection, rebuilt_id),
        &table,
    )
    .await?;
    let live = row(&mut snapshot, live.build_id, &table, &key).await?;
    let rebuilt = row(&mut candidate.connection, rebuilt_id, &table, &key).await?;
    Ok(Comparison::Different(Difference { position, table, key, live, rebuilt }))
}

/// Brings the candidate close to the live build, so that little is left to do within the snapshot:
/// a session that is idle in a transaction for long is ended by the server.
pub(super) async fn approach(
    projection: &dyn Projection,
    candidate: &mut Candidate<'_>,
    connection: &mut PgConnection,
) -> Result<(), Error> {
    for _ in 0..APPROACHES {
        let live = builds::live(connection, projection.name()).await?;
        if live.version != projection.version() || live.position - candidate.build.position < CLOSE
        {
            break;
        }
        candidate.catch_up(live.position, Effort::FULL.chunk()).await?;
    }
    // Where nothing concerned the view, its checkpoint follows what its projector has passed a moment later.
    let give_up = Instant::now() + LIVE_PATIENCE;
    while Instant::now() < give_up {
        let live = builds::live(connection, projection.name()).await?;
        if live.version != projection.version() || live.position >= candidate.build.position {
            break;
        }
        sleep(LIVE_LOOK).await;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Table {
    name: String,
    rows: i64,
    hash: String,
}

async fn tables(connection: &mut PgConnection, build_id: i64) -> Result<Vec<Table>, Error> {
    sqlx::query_as!(
        Table,
        r#"select table_name as "name!", row_count as "rows!", row_hash as "hash!"
             from projection_row_hash($1)"#,
        build_id,
    )
    .fetch_all(connection)
    .await
    .map_err(while_doing("hashing the rows of a build"))
}

/// Walks both tables in the order of their keys until they part.
pub(super) async fn first_difference(
    (one, one_id): (&mut PgConnection, i64),
    (other, other_id): (&mut PgConnection, i64),
    table: &str,
) -> Result<String, Error> {
    let failed = while_doing("looking for the first difference");
    let (mut one, mut other) = (digests(one, one_id, table), digests(other, other_id, table));
    loop {
        let left = one.try_next().await.map_err(&failed)?;
        let right = other.try_next().await.map_err(&failed)?;
        match (left, right) {
            (Some(left), Some(right)) if left.key == right.key && left.digest == right.digest => {}
            (Some(left), Some(right)) => {
                return Ok(match left.key.cmp(&right.key) {
                    Ordering::Less | Ordering::Equal => left.key,
                    Ordering::Greater => right.key,
                });
            }
            (Some(only), None) | (None, Some(only)) => return Ok(only.key),
            (None, None) => {
                return Err(Error::Damaged(format!(
                    "the rows of {table} differ and their digests do not"
                )));
            }
        }
    }
}

struct Digest {
    key: String,
    digest: i64,
}

fn digests<'c>(
    connection: &'c mut PgConnection,
    build_id: i64,
    table: &str,
) -> BoxStream<'c, Result<Digest, sqlx::Error>> {
    sqlx::query_as!(
        Digest,
        r#"select row_key as "key!", digest as "digest!" from projection_row_digests($1, $2)"#,
        build_id,
        table,
    )
    .fetch(connection)
}

pub(super) async fn row(
    connection: &mut PgConnection,
    build_id: i64,
    table: &str,
    key: &str,
) -> Result<Option<String>, Error> {
    sqlx::query_scalar!("select projection_row($1, $2, $3)", build_id, table, key)
        .fetch_one(connection)
        .await
        .map_err(while_doing("reading a row of a build"))
}

async fn note(
    connection: &mut PgConnection,
    build_id: i64,
    hash: &str,
    position: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "update projection_builds set row_hash = $2, hashed_position = $3 where build_id = $1",
        build_id,
        hash,
        position,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting the hash of a build"))
}
