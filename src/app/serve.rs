//! A process from its start to the signal that ends it.

use std::io;
use std::net::TcpListener;

use sqlx::postgres::PgConnectOptions;
use tokio::signal::unix::{SignalKind, signal};

use super::{Error, House, Plan, allow_files};
use crate::access::AdminKey;
use crate::config::Config;
use crate::journal::pool::Logins;
use crate::telemetry;

/// Serves until the process is told to stop, and drains what is under way.
///
/// `exclusive`: no other process serves from this data directory, so that whoever did is dead.
pub async fn serve(
    config: Config,
    database: PgConnectOptions,
    logins: Logins,
    exclusive: bool,
    key: AdminKey,
    door: TcpListener,
) -> Result<(), Error> {
    let files = allow_files();
    tracing::debug!("{files} files may be open, a client each");
    let metrics = telemetry::measure()?;
    let plan = Plan::of(&config, database, logins, exclusive)?;
    let house = House::open(plan, door, key, metrics).await?;
    told_to_stop().await.map_err(Error::Signals)?;
    tracing::info!("stopping: what is under way comes to its end first");
    house.close().await;
    Ok(())
}

/// Resolves at Ctrl-C or `kill`.
pub(super) async fn told_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
