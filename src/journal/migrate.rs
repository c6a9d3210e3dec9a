//! Bringing a database up to date. Forward only: `migrations/README.md` tells how a change is made
//! while old and new servers run side by side.

use sqlx::PgPool;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use time::OffsetDateTime;

use super::error::while_doing;
use super::{Error, partitions};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// What there was to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The version of the schema now.
    pub version: i64,
    /// Months of runs that were made.
    pub months: Vec<String>,
}

/// Applies what is missing, and makes the months of the runs. The pool belongs to the owner.
///
/// Holds an advisory lock meanwhile: of several processes that start at once, one migrates and the
/// others wait for it.
pub async fn run(owner: &PgPool, now: OffsetDateTime) -> Result<Migrated, Error> {
    MIGRATOR.run(owner).await.map_err(|source| Error::Migrate(source.into()))?;
    let months = partitions::create_missing(owner, now).await?;
    Ok(Migrated { version: newest(), months })
}

/// The version of the schema that this program was built for.
pub fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The version that the database has; `None` before the first migration.
pub async fn current(pool: &PgPool) -> Result<Option<i64>, Error> {
    /// SQLSTATE: the table that remembers migrations is not there.
    const UNDEFINED_TABLE: &str = "42P01";
    let asked = while_doing("asking for the version of the schema");
    let mut connection = pool.acquire().await.map_err(&asked)?;
    match connection.list_applied_migrations().await {
        Ok(applied) => Ok(applied.iter().map(|migration| migration.version).max()),
        Err(MigrateError::Execute(sqlx::Error::Database(refusal)))
            if refusal.code().as_deref() == Some(UNDEFINED_TABLE) =>
        {
            Ok(None)
        }
        Err(source) => Err(Error::Migrate(source.into())),
    }
}
