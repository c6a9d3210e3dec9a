//! A gateway: what it is made of, and the server that answers.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::config::{InvalidConfig, KeySet};
use super::keys::Keys;
use super::source::Source;
use super::tail::Tail;
use super::{activity, probes, run};
use crate::actors::{Place, StreamHub};
use crate::http::extract::path_config;
use crate::http::health;
use crate::http::middleware::access_log::access_log;
use crate::http::middleware::headers::headers;
use crate::http::middleware::request_id::request_id;
use crate::http::problem::Problem;
use crate::http::server::{HEAD, KEEP_ALIVE, MAX_CONNECTIONS, SHUTDOWN_SECONDS, bound_unread};
use crate::primitives::Clock;
use crate::relay::Target;

/// How often measurements are put together.
const UPKEEP: Duration = Duration::from_secs(5);

/// What the endpoints of a gateway work with.
pub struct Gateway {
    target: Target,
    pub(super) hub: StreamHub,
    pub(super) source: Source,
    pub(super) keys: Keys,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: PrometheusHandle,
    pub(super) stopping: CancellationToken,
}

impl Gateway {
    /// A gateway to this stream, for whoever shows a token that was signed by one of these keys.
    pub fn new(
        target: Target,
        keys: KeySet,
        clock: Arc<dyn Clock>,
        metrics: PrometheusHandle,
    ) -> Result<Self, InvalidConfig> {
        Ok(Self {
            target,
            hub: StreamHub::default(),
            source: Source::default(),
            keys: Keys::new(keys)?,
            clock,
            metrics,
            stopping: CancellationToken::new(),
        })
    }

    /// Follows the stream and the keys until it is told to stop.
    pub async fn run(&self, stop: &CancellationToken) {
        let tail = Tail::new(self.target.clone(), self.hub.clone(), self.source.clone());
        let upkeep = async {
            loop {
                self.metrics.run_upkeep();
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = sleep(UPKEEP) => {}
                }
            }
        };
        tokio::join!(tail.run(stop), self.keys.keep(stop), upkeep);
    }

    /// Lets go of all clients; they come back, here or elsewhere, with the last position that they know.
    pub fn close(&self) {
        self.stopping.cancel();
        self.hub.close();
    }

    /// A place for one more client.
    pub(super) fn enter(&self) -> Result<Place, Problem> {
        if self.stopping.is_cancelled() {
            return Err(Problem::unavailable("the gateway is stopping"));
        }
        // Before the stream was read once, nobody knows where its end is.
        self.source.now()?;
        Ok(self.hub.enter()?)
    }
}

/// A server on this socket, to be awaited. It handles no signals: its owner stops it.
pub fn serve(listener: TcpListener, gateway: Data<Gateway>, workers: usize) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(gateway.clone())
            .app_data(path_config())
            .route("/healthz", web::get().to(health::healthz))
            .route("/readyz", web::get().to(probes::readyz))
            .route("/metrics", web::get().to(probes::metrics))
            .route("/v1/activity/stream", web::get().to(activity::stream))
            .route("/v1/runs/{id}/stream", web::get().to(run::stream))
            .default_service(web::to(probes::nothing_here))
            .wrap(from_fn(access_log))
            .wrap(from_fn(request_id))
            .wrap(from_fn(headers))
    })
    .on_connect(bound_unread)
    .workers(workers)
    .max_connections(MAX_CONNECTIONS)
    .client_request_timeout(HEAD)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
