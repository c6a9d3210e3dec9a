//! For those who operate this server: is it there, does it serve, what does it do.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::answer::{Answer, Envelope};
use super::api::Api;
use super::problem::{Document, Problem};

/// How long the database may take to say where the ledger ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alive {
    /// Always `alive`.
    status: &'static str,
    /// The version of this build.
    version: &'static str,
}

/// The process serves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// Always `ready`.
    status: &'static str,
    /// The last position of the ledger.
    head: i64,
    /// The last position that this process has seen.
    seen: i64,
}

impl Ready {
    /// Ready, with the end of the ledger, and what this process has seen of it.
    pub(crate) const fn at(head: i64, seen: i64) -> Self {
        Self { status: "ready", head, seen }
    }
}

/// Says that the process is there. Asks nothing of anybody else.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "It is there", body = Envelope<Alive>)),
)]
pub async fn healthz() -> Answer<Alive> {
    Answer::ok(Alive { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// Says whether requests can be served: the database answers, and the server is not stopping.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "It serves", body = Envelope<Ready>),
        (status = 503, description = "It does not serve now", body = Document),
    ),
)]
pub async fn readyz(api: Data<Api>) -> Result<Answer<Ready>, Problem> {
    if api.stopping.is_cancelled() {
        return Err(Problem::unavailable("the server is stopping"));
    }
    let head = timeout(PATIENCE, api.journal.head()).await.map_err(Problem::unavailable)??;
    Ok(Answer::ok(Ready::at(head, api.tail.head())))
}

/// Metrics in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    security(()),
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String)),
)]
pub async fn metrics(api: Data<Api>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(api.metrics.render())
}
