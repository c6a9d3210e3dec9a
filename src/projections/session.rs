//! A connection that writes one build.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::Error;
use super::error::while_doing;
use crate::journal::pool;

/// Lets what serves the tables themselves, figures and indexes, take one process, little memory, and rests.
pub(super) async fn hold_back(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!(
        "select set_config('max_parallel_maintenance_workers', '0', false) as workers,
                set_config('max_parallel_workers_per_gather', '0', false) as readers,
                set_config('maintenance_work_mem', '16MB', false) as memory,
                set_config('vacuum_cost_delay', '5ms', false) as rest"
    )
    .fetch_one(connection)
    .await
    .map(drop)
    .map_err(while_doing("holding a connection back"))
}

/// Lets what is written find rows by their keys, however small the planner takes a table for: statements are planned
/// once, when a build is still empty, and read all that it holds by then until somebody has gathered figures of it.
pub(super) async fn find_by_keys(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!(
        "select set_config('enable_seqscan', 'off', false) as scans,
                set_config('enable_hashjoin', 'off', false) as hashes,
                set_config('enable_mergejoin', 'off', false) as merges"
    )
    .fetch_one(connection)
    .await
    .map(drop)
    .map_err(while_doing("having rows found by their keys"))
}

/// Opens a connection on which the bare names of tables are those of `schema`.
///
/// Its commits are not awaited to be on disk: rows and checkpoint are one transaction, so that what
/// a crash of the database takes back is folded again.
pub(super) async fn open(database: &PgConnectOptions, schema: &str) -> Result<PgConnection, Error> {
    let failed = while_doing("connecting in order to project");
    let pool = pool::projecting(database, 1, &format!("{schema}, public"));
    let mut connection = pool.acquire().await.map_err(&failed)?.detach();
    sqlx::query!("select set_config('synchronous_commit', 'off', false)")
        .fetch_one(&mut connection)
        .await
        .map_err(&failed)?;
    Ok(connection)
}

/// From now on the bare names of tables are those of `schema`.
pub(super) async fn turn_to(connection: &mut PgConnection, schema: &str) -> Result<(), Error> {
    set_path(connection, schema, false).await
}

/// The same until the transaction ends.
pub(super) async fn look_at(transaction: &mut PgConnection, schema: &str) -> Result<(), Error> {
    set_path(transaction, schema, true).await
}

/// From now on the database ends this session when nothing was heard of it for so long: its process may be
/// stopped, or cut off, and what it holds is needed by another.
pub(super) async fn ends_in_silence(
    connection: &mut PgConnection,
    silence: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "select set_config('idle_session_timeout', $1, false) as between_transactions,
                set_config('idle_in_transaction_session_timeout', $1, false) as within",
        silence.as_millis().to_string()
    )
    .fetch_one(connection)
    .await
    .map(drop)
    .map_err(while_doing("saying when a session ends"))
}

async fn set_path(
    connection: &mut PgConnection,
    schema: &str,
    is_local: bool,
) -> Result<(), Error> {
    let path = format!("{schema}, public");
    sqlx::query!("select set_config('search_path', $1, $2)", path, is_local)
        .fetch_one(connection)
        .await
        .map(drop)
        .map_err(while_doing("turning to the tables of a build"))
}

/// What only one session at a time may do for a projection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Office {
    /// Following the ledger.
    Follow,
    /// Making a build from the beginning.
    Remake,
    /// Carrying out what an operator ordered of it.
    Order,
}

impl Office {
    const fn class(self) -> &'static str {
        match self {
            Self::Follow => "chainkeel: follow a projection",
            Self::Remake => "chainkeel: remake a projection",
            Self::Order => "chainkeel: carry out an order of a projection",
        }
    }

    /// Takes the office until the session ends; false if another session holds it.
    ///
    /// It spares two processes the same work. What keeps them from doing it twice is the checkpoint.
    pub(super) async fn take(
        self,
        connection: &mut PgConnection,
        projection: &str,
    ) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtext($1), hashtext($2)) as "taken!""#,
            self.class(),
            projection,
        )
        .fetch_one(connection)
        .await
        .map_err(while_doing("asking for the office of a projector"))
    }

    /// Those of these projections whose office some session holds.
    pub(super) async fn held(
        self,
        connection: &mut PgConnection,
        projections: &[String],
    ) -> Result<Vec<String>, Error> {
        sqlx::query_scalar!(
            r#"select p.name as "name!" from unnest($2::text[]) as p (name)
                where exists (
                  select from pg_locks l join pg_database d on d.oid = l.database
                   where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
                     and d.datname = current_database()
                     and l.classid = (hashtext($1)::bigint & 4294967295)::oid
                     and l.objid = (hashtext(p.name)::bigint & 4294967295)::oid)"#,
            self.class(),
            projections,
        )
        .fetch_all(connection)
        .await
        .map_err(while_doing("looking which views are kept up"))
    }

    /// Gives the office back.
    pub(super) async fn leave(
        self,
        connection: &mut PgConnection,
        projection: &str,
    ) -> Result<(), Error> {
        sqlx::query!(
            "select pg_advisory_unlock(hashtext($1), hashtext($2))",
            self.class(),
            projection,
        )
        .fetch_one(connection)
        .await
        .map(drop)
        .map_err(while_doing("giving the office of a projector back"))
    }
}
