//! A local HTTP peer for effects: it answers every request with 200 and a small JSON body.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};

/// A peer that is up.
pub(super) struct Echo {
    /// Where it listens.
    pub(super) address: SocketAddr,
    handle: ServerHandle,
}

impl Echo {
    /// Starts a peer on a free port of the loopback interface.
    pub(super) fn start() -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = HttpServer::new(|| App::new().default_service(web::to(answer)))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        actix_rt::Arbiter::current().spawn(async move {
            if let Err(error) = server.await {
                tracing::error!("the peer ended: {error}");
            }
        });
        Ok(Self { address, handle })
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(format!(r#"{{"received":{}}}"#, body.len()))
}
