//! HTTP servers in the process of a measurement, which what is measured talks to.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};

/// A server of one thread that is up.
pub(super) struct Peer {
    /// Where it listens.
    pub(super) address: SocketAddr,
    handle: ServerHandle,
}

impl Peer {
    /// Starts one with these services on a free port of the loopback interface.
    pub(super) fn start(
        services: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = HttpServer::new(move || App::new().configure(&services))
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

    /// Starts the one that effects ask: it answers every request with 200 and a small JSON body.
    pub(super) fn echo() -> std::io::Result<Self> {
        Self::start(|services| {
            services.default_service(web::to(echo));
        })
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn echo(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(format!(r#"{{"received":{}}}"#, body.len()))
}
