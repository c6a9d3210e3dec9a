//! `chainkeel dev`: everything in one process, with a PostgreSQL of its own.

use std::net::TcpListener;

use clap::Args;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::admin_key::{self, Obtained, Wish};
use super::cluster::Cluster;
use super::config::begin;
use super::failure::Failure;
use super::migrate::{bring_up_to_date, database, tell_where};
use super::serve::{listen, serve};
use super::signing::token;
use super::{cluster, print};
use crate::config::{Config, Flags, Surroundings};
use crate::journal::pool::{self, Logins};
use crate::primitives::Secret;

/// How many connections the private server takes: this process, tools, and a test run beside it.
const MAX_CONNECTIONS: u16 = 200;

/// The database that is made in the private server.
const DATABASE: &str = "chainkeel";

/// Serves everything in one process: makes a private PostgreSQL (or takes that of `DATABASE_URL`),
/// migrates it, shows the admin key once
#[derive(Debug, Args)]
pub(super) struct Dev {
    #[command(flatten)]
    flags: Flags,
    /// Make a new admin key; the old one ends
    #[arg(long)]
    new_admin_key: bool,
}

impl Dev {
    pub(super) fn run(self) -> Result<(), Failure> {
        let surroundings = Surroundings::read();
        let mut config = begin(&self.flags, &surroundings)?;
        let listener = listen(config.listen)?;
        // Held until the end: the server stops with it.
        let cluster = match config.database_url {
            Some(_) => None,
            None => Some(start(&config, &surroundings)?),
        };
        if let Some(cluster) = &cluster {
            let url = cluster.url(DATABASE);
            tell_where(&config, &url)?;
            config.database_url = Some(Secret::new(url));
        }
        let wish = if self.new_admin_key { Wish::Renew } else { Wish::Keep };
        actix_rt::System::new().block_on(run(config, cluster.as_ref(), wish, listener))
    }
}

async fn run(
    mut config: Config,
    cluster: Option<&Cluster>,
    wish: Wish,
    listener: TcpListener,
) -> Result<(), Failure> {
    let database = database(&config)?;
    if let Some(cluster) = cluster {
        create_database(cluster).await?;
    }
    bring_up_to_date(&database).await?;
    let logins = match cluster {
        Some(_) => by_role(&database).await?,
        None => Logins::OneForAll,
    };
    config
        .secrets
        .ensure(&config.data_dir, rand::random())
        .map_err(|error| Failure::of(&error).cure("check CHAINKEEL_DATA_DIR"))?;
    let custody = token::choose(&mut config).await?;
    let obtained = admin_key::obtain(&config, wish, rand::random())?;
    welcome(&listener, &database, cluster, (&obtained, &custody));
    Box::pin(serve(config, database, logins, obtained.key, listener)).await
}

fn start(config: &Config, surroundings: &Surroundings) -> Result<Cluster, Failure> {
    Cluster::start(&config.data_dir.join("postgres"), MAX_CONNECTIONS, surroundings).map_err(
        |error: cluster::Error| {
            let cure = error.cure();
            Failure::of(&error).cure(cure)
        },
    )
}

/// Makes the database at the first start.
async fn create_database(cluster: &Cluster) -> Result<(), Failure> {
    let create = async {
        let maintenance: PgConnectOptions = cluster.url("postgres").parse()?;
        let mut connection = maintenance.connect().await?;
        let created = connection.execute("create database chainkeel").await;
        connection.close().await?;
        created
    };
    match create.await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_database_error().and_then(DatabaseError::code) {
            Some(code) if code == "42P04" => Ok(()), // it exists
            Some(_) | None => Err(Failure::of(&error)),
        },
    }
}

/// On a server of our own nobody works with the rights of the owner but who migrates.
async fn by_role(database: &PgConnectOptions) -> Result<Logins, Failure> {
    let open = async {
        let mut owner = database.connect().await?;
        pool::let_roles_log_in(&mut owner).await?;
        owner.close().await
    };
    open.await.map_err(|error: sqlx::Error| Failure::of(&error))?;
    Ok(Logins::ByRole)
}

fn welcome(
    listener: &TcpListener,
    database: &PgConnectOptions,
    cluster: Option<&Cluster>,
    (key, custody): (&Obtained, &str),
) {
    let url =
        listener.local_addr().map_or_else(|_| "?".into(), |address| format!("http://{address}"));
    let server = match cluster {
        Some(cluster) => format!("a private PostgreSQL {}", cluster.major()),
        None => format!("DATABASE_URL, on {}", database.get_host()),
    };
    print::line(&format!(
        "\nChainkeel {} listens.\n\n  App        {url}\n  API        {url}/docs\n  Admin key  {}\n  Keys       {custody}\n  Database   {server}\n",
        env!("CARGO_PKG_VERSION"),
        key.told,
    ));
    if let Some(notice) = cluster.and_then(Cluster::notice) {
        print::line(&format!("{notice}.\n"));
    }
}
