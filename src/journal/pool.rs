//! Connections, each in the role that its work needs: `chainkeel_app` serves, `chainkeel_projector`
//! builds views, `chainkeel_house` reads across organizations what the house's own work needs,
//! `chainkeel_data` works on the tables of organizations.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool, Row as _};

/// How long a request waits for a connection before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that was idle for longer is tried before it is used: the server may have restarted.
const UNTESTED: Duration = Duration::from_secs(1);

/// How those who work with the database come to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logins {
    /// By the login that was configured, which steps down into each role.
    OneForAll,
    /// Each by the name of its role, which needs no password: on a private server, whose socket
    /// nobody else reaches. Nobody but who migrates has more rights to go back to.
    ByRole,
}

/// A role, and thereby what a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads and appends, in the name of one organization at a time.
    App,
    /// Writes views.
    Projector,
    /// Reads across organizations what the house's own work needs.
    House,
    /// Works on the tables of organizations, and sees nothing else.
    Data,
}

impl Role {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::App, Self::Projector, Self::House, Self::Data];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "chainkeel_app",
            Self::Projector => "chainkeel_projector",
            Self::House => "chainkeel_house",
            Self::Data => "chainkeel_data",
        }
    }
}

impl Logins {
    /// The way to the database for a role.
    pub fn of(self, database: &PgConnectOptions, role: Role) -> PgConnectOptions {
        match self {
            Self::OneForAll => database.clone(),
            Self::ByRole => database.clone().username(role.name()),
        }
    }
}

/// Lets each role log in by its own name. Only on a private server, which asks nobody for a
/// password; `owner` made the roles.
pub async fn let_roles_log_in(owner: &mut PgConnection) -> Result<(), sqlx::Error> {
    owner
        .execute(
            "alter role chainkeel_app login;
             alter role chainkeel_projector login;
             alter role chainkeel_house login;
             alter role chainkeel_data login",
        )
        .await
        .map(drop)
}

/// A pool for the owner, who migrates: as the login says, without stepping down.
pub fn owner(database: &PgConnectOptions, size: u32) -> PgPool {
    options(size).connect_lazy_with(database.clone())
}

/// A pool for all that serves: reads and appends, and may not change what is recorded.
///
/// A transaction whose client is silent for 5 s ends, since the share lock of an append would otherwise hold up
/// the takeover of its slots for as long as the client is stopped or cut off.
pub fn serving(database: &PgConnectOptions, size: u32) -> PgPool {
    options(size)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(
                        "set role chainkeel_app;
                         set idle_in_transaction_session_timeout = '5s';
                         set synchronous_commit = on;
                         set jit = off",
                    )
                    .await
                    .map(drop)
            })
        })
        .connect_lazy_with(database.clone())
}

/// A pool for what the house reads of views across organizations; it may read nothing else.
pub fn house(database: &PgConnectOptions, size: u32) -> PgPool {
    options(size)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(
                        "set role chainkeel_house;
                         set default_transaction_read_only = on;
                         set idle_in_transaction_session_timeout = '30s';
                         set jit = off",
                    )
                    .await
                    .map(drop)
            })
        })
        .connect_lazy_with(database.clone())
}

/// A pool for the tables of organizations. What a statement of an author may have set is gone before
/// the connection is used again, and no description of a statement outlives its transaction: the
/// same text means another table in another organization.
pub fn data(database: &PgConnectOptions, size: u32) -> PgPool {
    const SETTINGS: &str = "reset all;
        set idle_in_transaction_session_timeout = '30s';
        set synchronous_commit = on;
        set jit = off";
    options(size)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute("set role chainkeel_data").await?;
                connection.execute(SETTINGS).await.map(drop)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                if !is_between_transactions(connection).await? {
                    return Ok(false);
                }
                connection.execute(SETTINGS).await.map(|_| true)
            })
        })
        .connect_lazy_with(database.clone().statement_cache_capacity(0))
}

/// A pool for whoever builds views. Its search path is set once: a switched one breaks plans that
/// are cached.
pub fn projecting(database: &PgConnectOptions, size: u32, search_path: &str) -> PgPool {
    let search_path = search_path.to_owned();
    options(size)
        .after_connect(move |connection, _| {
            let search_path = search_path.clone();
            Box::pin(async move {
                connection
                    .execute(
                        "set role chainkeel_projector;
                         set idle_in_transaction_session_timeout = '60s';
                         set jit = off",
                    )
                    .await?;
                sqlx::query_scalar!("select set_config('search_path', $1, false)", search_path)
                    .fetch_one(connection)
                    .await
                    .map(drop)
            })
        })
        .connect_lazy_with(database.clone())
}

fn options(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A ping before each use would double the round trips.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(
                async move { Ok(about.idle_for < UNTESTED || connection.ping().await.is_ok()) },
            )
        })
        .after_release(|connection, _| Box::pin(is_between_transactions(connection)))
}

/// Whether a connection that comes back is outside of a transaction; where it is not, it is closed.
///
/// A `begin` that was dropped before its answer came, with the request or the office that wanted it, leaves one open of
/// which sqlx 0.8 knows nothing. What the next one wrote on that connection as a statement of its own would be
/// acknowledged and never be committed.
async fn is_between_transactions(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = connection.fetch_one(sqlx::raw_sql("select now() = statement_timestamp()")).await?;
    row.try_get(0)
}
