//! One log line and two metrics a request. The route's pattern stands for its path, so that no
//! secret of a URL reaches the log and no id becomes a metric of its own.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::request_id;

/// Counts, measures and logs the request.
pub async fn access_log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let method = request.method().to_string();
    let response = next.call(request).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    let elapsed = begun.elapsed();
    metrics::counter!(
        "chainkeel_http_requests_total",
        "method" => method.clone(), "route" => route.clone(), "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!(
        "chainkeel_http_request_duration_seconds",
        "method" => method.clone(), "route" => route.clone()
    )
    .record(elapsed.as_secs_f64());
    let id = request_id::of(response.request());
    let duration_ms = elapsed.as_secs_f64() * 1_000.0;
    tracing::debug!(
        request.id = id,
        http.method = method,
        http.route = route,
        http.status = status,
        duration_ms,
        "answered {method} {route} with {status} in {duration_ms:.1} ms"
    );
    Ok(response)
}
