//! `chainkeel gateway`: streams of events out of NATS, without the database.

use clap::Args;

use super::config::begin;
use super::failure::Failure;
use super::print;
use super::serve::listen;
use crate::app;
use crate::config::{Flags, Surroundings};

/// Serves the streams of events from NATS, without the database, to clients that show a token for streams
#[derive(Debug, Args)]
pub(super) struct Gateway {
    #[command(flatten)]
    flags: Flags,
}

impl Gateway {
    /// Serves until it is told to stop.
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let listener = listen(config.listen)?;
        if let Ok(address) = listener.local_addr() {
            let version = env!("CARGO_PKG_VERSION");
            print::line(&format!("Chainkeel {version} serves streams at http://{address}"));
        }
        let served = app::serve_streams(&config, listener);
        actix_rt::System::new().block_on(served).map_err(|error| Failure::of(&error))
    }
}
