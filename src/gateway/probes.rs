//! For those who operate a gateway: is it there, does it serve, what does it do.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::server::Gateway;
use crate::http::answer::Answer;
use crate::http::health::Ready;
use crate::http::problem::{Code, Problem};

/// Whether clients can be served: NATS is there, the keys are known, and the gateway is not stopping.
pub(super) async fn readyz(gateway: Data<Gateway>) -> Result<Answer<Ready>, Problem> {
    if gateway.stopping.is_cancelled() {
        return Err(Problem::unavailable("the gateway is stopping"));
    }
    if !gateway.keys.are_known() {
        return Err(Problem::unavailable("the keys of tokens are not known yet"));
    }
    let standing = gateway.source.now()?.standing().await.map_err(Problem::unavailable)?;
    let standing = standing.ok_or_else(|| Problem::unavailable("there is no stream"))?;
    Ok(Answer::ok(Ready::at(standing.last, gateway.hub.position())))
}

/// Metrics in the text format of Prometheus.
pub(super) async fn metrics(gateway: Data<Gateway>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(gateway.metrics.render())
}

/// Whatever else is asked for.
pub(super) async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Code::NotFound)
        .because("a gateway serves `/v1/activity/stream` and `/v1/runs/{id}/stream`: ask a server for all else"))
}
