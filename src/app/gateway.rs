//! A process that serves streams out of NATS, and has no database.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::web::Data;
use tokio_util::sync::CancellationToken;

use super::serve::told_to_stop;
use super::{Error, allow_files};
use crate::config::Config;
use crate::gateway::{self, Gateway, InvalidConfig};
use crate::primitives::SystemClock;
use crate::telemetry;

/// Serves until the process is told to stop, and lets its clients go.
pub async fn serve_streams(config: &Config, door: TcpListener) -> Result<(), Error> {
    let files = allow_files();
    tracing::debug!("{files} files may be open, a client each");
    let target = config.relay.target()?.ok_or(InvalidConfig::NoStream)?;
    let keys = config.gateway.keys()?;
    let gateway = Gateway::new(target, keys, Arc::new(SystemClock), telemetry::measure()?)?;
    let (gateway, stop) = (Data::new(gateway), CancellationToken::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = gateway::serve(door, gateway.clone(), workers).map_err(Error::Listen)?;
    let handle = server.handle();
    let answering = async {
        let answered = server.await.map_err(Error::Listen);
        stop.cancel();
        answered
    };
    let ending = async {
        tokio::select! {
            told = told_to_stop() => told.map_err(Error::Signals)?,
            () = stop.cancelled() => return Ok(()),
        }
        tracing::info!("stopping: clients are let go");
        gateway.close();
        handle.stop(true).await;
        Ok::<_, Error>(())
    };
    let (answered, ended, ()) = tokio::join!(answering, ending, gateway.run(&stop));
    answered.and(ended)
}
