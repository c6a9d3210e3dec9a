//! Gives every request an id, and every refusal the shape of a problem that carries it.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use tracing::Instrument as _;

use crate::http::problem::Problem;
use crate::primitives::CommandId;

/// The request's id, on the way in (where it is a sane one) and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long an id from outside may be: that of a UUID or a trace, with a prefix.
const MAX_FOREIGN: usize = 64;

/// The id of a request, as a value among its extensions.
#[derive(Debug, Clone)]
struct RequestId(String);

/// The id that the middleware gave to this request.
pub fn of(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Takes over or makes an id, and writes refusals as problems.
pub async fn request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = foreign(&request).unwrap_or_else(fresh);
    request.extensions_mut().insert(RequestId(id.clone()));
    // What is logged meanwhile, wherever, is of this request.
    let within = tracing::info_span!("request", request.id = %id);
    let response = next.call(request).instrument(within).await?;
    let mut response = response.map_into_boxed_body();
    if let Some(problem) = refusal(&response, &id) {
        response = response.into_response(problem);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// The response written as a problem, when it is a refusal in some other form.
fn refusal(response: &ServiceResponse<BoxBody>, id: &str) -> Option<HttpResponse> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let error = response.response().error();
    if let Some(problem) = error.and_then(|error| error.as_error::<Problem>()) {
        return Some(problem.response(id));
    }
    let kind = response.headers().get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == "application/problem+json") {
        return None;
    }
    // A page says it in words of its own, and is the same for whatever there is not.
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return None;
    }
    // What is asked for a run that is sold is written as x402 has it.
    if response.headers().contains_key("payment-required") {
        return None;
    }
    let problem = Problem::of_status(status);
    Some(match error {
        Some(error) if status.is_client_error() => problem.because(error).response(id),
        Some(_) | None => problem.response(id),
    })
}

fn foreign(request: &ServiceRequest) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!id.is_empty() && id.len() <= MAX_FOREIGN && id.bytes().all(sane)).then(|| id.to_owned())
}

/// `req_` and the suffix of a fresh id: unique, and sorted by time in the log.
fn fresh() -> String {
    CommandId::generate().to_string().replacen(CommandId::PREFIX, "req", 1)
}
