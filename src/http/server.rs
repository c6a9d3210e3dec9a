//! The HTTP server: its middleware, its limits and its sockets.

use std::any::Any;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::{Extensions, Server};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};
use socket2::SockRef;
use utoipa_swagger_ui::SwaggerUi;

use super::api::Api;
use super::extract::path_config;
use super::middleware::access_log::access_log;
use super::middleware::authenticate::authenticate;
use super::middleware::headers::headers;
use super::middleware::rate_limit::{limit_addresses, limit_principals};
use super::middleware::request_id::request_id;
use super::web::app;
use super::{openapi, routes};

/// How long what was sent may stay unacknowledged before the connection is given up. Without it, a
/// reader of a stream that stops reading would be kept for ever.
const UNREAD: Duration = Duration::from_secs(30);
/// How long the head of a request may take.
pub(crate) const HEAD: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long requests may take to end when the server stops; streams are ended before.
pub(crate) const SHUTDOWN_SECONDS: u64 = 10;
/// How many connections one worker holds: a stream is one.
pub(crate) const MAX_CONNECTIONS: usize = 25_000;

/// A server on this socket, to be awaited. It handles no signals: its owner stops it.
pub fn serve(listener: TcpListener, api: Api, workers: usize) -> io::Result<Server> {
    let api = Data::new(api);
    let server = HttpServer::new(move || {
        let api = api.clone();
        App::new()
            .configure(move |config| configure(config, &api))
            .default_service(web::to(app))
            .wrap(from_fn(limit_principals))
            .wrap(from_fn(authenticate))
            .wrap(from_fn(limit_addresses))
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

/// The endpoints and what they need.
fn configure(config: &mut ServiceConfig, api: &Data<Api>) {
    config
        .app_data(api.clone())
        .app_data(path_config())
        .configure(routes::configure)
        .service(
            SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from(openapi::PATH)),
        )
        .service(web::redirect("/docs", "/docs/"));
}

/// Bounds what a reader may leave unread on a connection, and sends events at once.
pub(crate) fn bound_unread(connection: &dyn Any, _: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
    if let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD)) {
        tracing::debug!("a connection goes without a bound on unread data: {error}");
    }
    // Events are small and meant for now.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("a connection collects small packets: {error}");
    }
}
