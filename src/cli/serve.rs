//! `chainkeel serve`: a process of an installation, with the roles that it is given.

use std::net::{SocketAddr, TcpListener};

use clap::Args;

use super::admin_key;
use super::config::begin;
use super::failure::Failure;
use super::migrate::database;
use crate::access::AdminKey;
use crate::app;
use crate::config::{Config, Flags, Role, Surroundings};

/// Serves with the database of `DATABASE_URL`, which `chainkeel migrate` has brought up to date
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        database(&config)?;
        let key = if config.has(Role::Api) {
            admin_key::existing(&config)?
        } else {
            // Nobody is admitted where nobody is answered.
            AdminKey::generate(rand::random()).1
        };
        let listener = listen(config.listen)?;
        actix_rt::System::new().block_on(serve(config, key, listener))
    }
}

/// Serves until the process is told to stop.
pub(super) async fn serve(
    config: Config,
    key: AdminKey,
    listener: TcpListener,
) -> Result<(), Failure> {
    app::serve(config, key, listener).await.map_err(|error| Failure::of(&error))
}

/// Takes the port, before anything is begun that would be in vain without it.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::new(format!("listening on {address}: {error}"))
            .cure("stop whoever uses that port, or set CHAINKEEL_LISTEN to another")
    })
}
