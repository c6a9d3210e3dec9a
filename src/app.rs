//! Composition root: the only file that knows every room.

use std::io;
use std::net::TcpListener;

use actix_web::{App, HttpResponse, HttpServer, web};
use futures::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};

use crate::access::AdminKey;
use crate::config::Config;

/// Why a process cannot serve, or no longer can.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The socket or the signals are refused by the system.
    #[error("serving: {0}")]
    Io(#[from] io::Error),
}

/// Serves on this socket until the process is told to stop, and drains what is under way.
pub async fn serve(_config: Config, _key: AdminKey, listener: TcpListener) -> Result<(), Error> {
    let server = HttpServer::new(move || App::new().route("/healthz", web::get().to(healthz)))
        .workers(2)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    match select(server, Box::pin(told_to_stop())).await {
        Either::Left((ended, _)) => ended?,
        Either::Right((told, server)) => {
            told?;
            let ((), ended) = futures::future::join(handle.stop(true), server).await;
            ended?;
        }
    }
    Ok(())
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok")
}

/// Resolves at Ctrl-C or `kill`.
async fn told_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
    Ok(())
}
