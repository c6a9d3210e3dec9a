//! `chainkeel serve`: a process of an installation, with the roles that it is given.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use clap::Args;
use sqlx::postgres::PgConnectOptions;

use super::config::begin;
use super::failure::Failure;
use super::migrate::database;
use super::{admin_key, print};
use crate::access::AdminKey;
use crate::app;
use crate::config::{Config, Flags, Role, Surroundings};
use crate::journal::pool::Logins;

/// Serves with the database of `DATABASE_URL`, which `chainkeel migrate` has brought up to date
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let key = if config.has(Role::Api) {
            admin_key::existing(&config)?
        } else {
            // Nobody is admitted where nobody is answered.
            AdminKey::generate(rand::random()).1
        };
        let listener = listen(config.listen)?;
        if let Ok(address) = listener.local_addr() {
            print::line(&format!(
                "Chainkeel {} listens at http://{address}",
                env!("CARGO_PKG_VERSION")
            ));
        }
        actix_rt::System::new().block_on(serve(config, database, Logins::OneForAll, key, listener))
    }
}

/// Serves until the process is told to stop.
pub(super) async fn serve(
    config: Config,
    database: PgConnectOptions,
    logins: Logins,
    key: AdminKey,
    listener: TcpListener,
) -> Result<(), Failure> {
    let lock = alone(&config.data_dir);
    // Everything that is open for as long as the process lives is in it.
    let serving = app::serve(config, database, logins, lock.is_some(), key, listener);
    let served = Box::pin(serving).await;
    drop(lock);
    served.map_err(|error| Failure::of(&error))
}

/// Takes the data directory for this process alone, if no other serves from it. The system gives
/// the lock back even when the process is killed.
fn alone(data_dir: &Path) -> Option<File> {
    fs::create_dir_all(data_dir).ok()?;
    let path = data_dir.join("server.lock");
    let lock = File::options().write(true).create(true).truncate(false).open(path).ok()?;
    lock.try_lock().is_ok().then_some(lock)
}

/// Takes the port, before anything is begun that would be in vain without it.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::new(format!("listening on {address}: {error}"))
            .cure("stop whoever uses that port, or set CHAINKEEL_LISTEN to another")
    })
}
