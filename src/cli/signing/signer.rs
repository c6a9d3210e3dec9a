//! `chainkeel signer`: the keys of wallets in a process of their own.

use clap::Args;

use crate::app;
use crate::cli::config::begin;
use crate::cli::failure::Failure;
use crate::cli::migrate::database;
use crate::cli::print;
use crate::config::{Flags, Surroundings};
use crate::journal::pool::Logins;

/// Keeps the keys of wallets in a process of its own, behind a socket of this machine, and signs only what the
/// ledger asks for and the policies allow. Servers with `CHAINKEEL_SIGNING_SOCKET` ask it
#[derive(Debug, Args)]
pub(in crate::cli) struct Signer {
    #[command(flatten)]
    flags: Flags,
}

impl Signer {
    /// Serves until it is told to stop.
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let socket = config.signing.socket.clone().ok_or_else(|| {
            Failure::new("the signer has no socket")
                .cure("set CHAINKEEL_SIGNING_SOCKET, here and for the servers")
        })?;
        let database = database(&config)?;
        let (version, place) = (env!("CARGO_PKG_VERSION"), socket.display().to_string());
        let open = move || print::line(&format!("Chainkeel {version} signs behind {place}"));
        let kept = app::keep_keys(config, database, Logins::OneForAll, socket, open);
        actix_rt::System::new().block_on(kept).map_err(|error| Failure::of(&error))
    }
}
