//! A database a test: a copy of a template that was migrated once, dropped when the test ends.

use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process, thread};

use chainkeel::journal::pool::{self, Logins};
use chainkeel::primitives::{Clock, SystemClock};
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, Row};

use super::cluster::server;

/// A migrated database that only this test knows. Dropping it drops the database.
pub(crate) struct TestDatabase {
    /// Where it is; also for programs that are started by the test.
    pub(crate) url: String,
    /// Connections as its owner. Those who serve take `journal::pool` and [`Self::options`].
    pub(crate) pool: PgPool,
    name: String,
}

impl TestDatabase {
    /// Where it is, for a pool of one's own.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.url.parse().unwrap()
    }

    /// How roles log in there: each by its own name where the server is private.
    pub(crate) fn logins() -> Logins {
        if server().is_private { Logins::ByRole } else { Logins::OneForAll }
    }

    /// Where a role finds it.
    pub(crate) fn login(&self, role: pool::Role) -> PgConnectOptions {
        Self::logins().of(&self.options(), role)
    }
}

/// A fresh, migrated database.
pub(crate) async fn database() -> TestDatabase {
    let mut connection = PgConnection::connect(&server().maintenance).await.unwrap();
    let template = template(&mut connection).await;
    let database = copy(&mut connection, &template).await;
    // A database's own grants are not copied from its template.
    let name = &database.name;
    let grant = format!(r#"grant create on database "{name}" to chainkeel_projector"#);
    connection.execute(grant.as_str()).await.unwrap();
    connection.close().await.unwrap();
    database
}

/// A fresh database in which nothing was migrated.
pub(crate) async fn empty_database() -> TestDatabase {
    let mut connection = PgConnection::connect(&server().maintenance).await.unwrap();
    copy(&mut connection, "template0").await
}

async fn copy(connection: &mut PgConnection, template: &str) -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let unique = SystemClock.now().unix_timestamp_nanos() / 1_000;
    let name = format!("ck_test_{}_{unique}_{number}", process::id());
    let create = format!(r#"create database "{name}" template "{template}""#);
    connection.execute(create.as_str()).await.unwrap();
    let url = url_of(&name);
    let pool = PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap();
    TestDatabase { url, pool, name }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!(r#"drop database if exists "{}" with (force)"#, self.name);
        // A thread of its own, since the test's runtime may be at its end or blocked by this drop.
        let dropping = thread::spawn(move || run(&statement));
        if let Err(error) = dropping.join().unwrap() {
            eprintln!("the test's database was left behind: {error}");
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(&server().maintenance).await?;
    connection.execute(statement).await?;
    connection.close().await
}

/// The URL of another database on the same server.
fn url_of(database: &str) -> String {
    let mut url = url::Url::parse(&server().maintenance).unwrap();
    url.set_path(database);
    url.into()
}

/// The name of the migrated template; makes it where it is missing, whoever else does so too.
async fn template(connection: &mut PgConnection) -> String {
    let name = format!("ck_template_{}", fingerprint());
    let exists = format!("select exists (select from pg_database where datname = '{name}')");
    if connection.fetch_one(exists.as_str()).await.unwrap().get(0) {
        return name;
    }
    let lock = "select pg_advisory_lock(hashtextextended('chainkeel test template', 0))";
    connection.execute(lock).await.unwrap();
    if !connection.fetch_one(exists.as_str()).await.unwrap().get::<bool, _>(0) {
        make_template(connection, &name).await;
    }
    let unlock = "select pg_advisory_unlock(hashtextextended('chainkeel test template', 0))";
    connection.execute(unlock).await.unwrap();
    name
}

/// Migrates under another name first: one that was killed halfway is never taken for a template.
async fn make_template(connection: &mut PgConnection, name: &str) {
    let unfinished = format!("{name}_unfinished");
    let mut statements = vec![
        format!(r#"drop database if exists "{unfinished}" with (force)"#),
        format!(r#"create database "{unfinished}""#),
    ];
    if server().is_private {
        let others = "select datname from pg_database where datname like 'ck\\_template\\_%'";
        for row in connection.fetch_all(others).await.unwrap() {
            let other: String = row.get(0);
            statements.insert(0, format!(r#"drop database if exists "{other}""#));
        }
    }
    for statement in statements {
        connection.execute(statement.as_str()).await.unwrap();
    }
    migrate(&url_of(&unfinished)).await;
    if server().is_private {
        pool::let_roles_log_in(connection).await.unwrap();
    }
    let rename = format!(r#"alter database "{unfinished}" rename to "{name}""#);
    connection.execute(rename.as_str()).await.unwrap();
}

pub(super) async fn migrate(url: &str) {
    let pool = PgPoolOptions::new().max_connections(2).connect(url).await.unwrap();
    chainkeel::journal::migrate::run(&pool, SystemClock.now()).await.unwrap();
    pool.close().await;
}

fn migrations() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

/// Changes with every migration, and with the month, since migrating makes the partitions of the
/// months to come.
fn fingerprint() -> String {
    let now = SystemClock.now();
    let mut hash = Sha256::new();
    hash.update(format!("{} {}", now.year(), u8::from(now.month())));
    let mut files: Vec<_> = fs::read_dir(migrations())
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        hash.update(file.file_name().unwrap().as_encoded_bytes());
        hash.update(fs::read(file).unwrap());
    }
    format!("{:x}", hash.finalize())[..16].to_owned()
}
