//! `chainkeel migrate`: brings the database's schema to this version.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::config::begin;
use super::failure::Failure;
use super::print;
use crate::config::{Config, Flags, Surroundings};
use crate::journal::migrate::{self, Migrated};
use crate::journal::pool;
use crate::primitives::{Clock, Secret, SystemClock};

/// Brings the database's schema to this version, while old servers go on
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON for programs instead of text for people
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let done = actix_rt::System::new().block_on(bring_up_to_date(&database))?;
        if self.json {
            print::print_json(&json!({ "version": done.version, "monthsAdded": done.months }));
        } else {
            print::line(&format!("The schema is at version {}.", done.version));
        }
        Ok(())
    }
}

/// The configured database.
pub(super) fn database(config: &Config) -> Result<PgConnectOptions, Failure> {
    let running = config.database_url.is_none().then(|| running(config)).flatten();
    let Some(url) = config.database_url.as_ref().or(running.as_ref()) else {
        return Err(Failure::new("no database is configured")
            .cure("set DATABASE_URL, or run `chainkeel dev`, which brings its own PostgreSQL"));
    };
    // The parser's message repeats the URL, and with it the password.
    url.expose().parse().map_err(|_| {
        Failure::new("DATABASE_URL is no URL of a PostgreSQL database")
            .cure("write it as postgresql://user:password@host:5432/database")
    })
}

/// The file in which a running `chainkeel dev` says where its private server is.
fn note(config: &Config) -> PathBuf {
    config.data_dir.join("database.url")
}

/// Tells other commands of this data directory where the private server is.
pub(super) fn tell_where(config: &Config, url: &str) -> Result<(), Failure> {
    let file = note(config);
    fs::write(&file, url)
        .map_err(|error| Failure::new(format!("writing {}: {error}", file.display())))
}

/// The private server of a `chainkeel dev` on the same data directory, if one has run.
fn running(config: &Config) -> Option<Secret> {
    fs::read_to_string(note(config)).ok().map(Secret::new)
}

/// Migrates under an advisory lock: of several processes that start at once, one does the work.
pub(super) async fn bring_up_to_date(database: &PgConnectOptions) -> Result<Migrated, Failure> {
    // A pool would try again for ten seconds and then say that it timed out, not why.
    let reached = async { database.connect().await?.close().await }.await;
    reached.map_err(|error| {
        Failure::new(format!("connecting to PostgreSQL on {}: {error}", database.get_host()))
            .cure("check that the server of DATABASE_URL runs, and the name and password in it")
    })?;
    let owner = pool::owner(database, 1);
    let done = migrate::run(&owner, SystemClock.now()).await;
    owner.close().await;
    done.map_err(|error| {
        Failure::of(&error).cure(
            "check that the user owns the database, and that no other version of Chainkeel made it",
        )
    })
}
