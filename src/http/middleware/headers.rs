//! Headers that tell browsers to do nothing clever with what we send.

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;

use crate::http::rates::Standing;

/// How many requests the sender may send at once.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// How many of them are left.
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// In how many seconds all of them are there again.
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The API sends data, never a page.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The documentation's page brings its own scripts and styles, some of them inline.
const DOCS_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// Which pages of other origins may read an answer: put into the request's extensions by what is public.
#[derive(Debug, Clone)]
pub(in crate::http) struct Readable(pub(in crate::http) HeaderValue);

/// That a page may be framed, by whom its own policy says: put into the request's extensions.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Framed;

/// Adds the headers to every answer.
pub async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let documentation = request.path().starts_with("/docs");
    let mut response = next.call(request).await?;
    let standing = response.request().extensions().get::<Standing>().copied();
    let readable = response.request().extensions().get::<Readable>().cloned();
    let is_framed = response.request().extensions().get::<Framed>().is_some();
    let headers = response.headers_mut();
    let policy = if documentation { DOCS_POLICY } else { API_POLICY };
    // The web app has a policy of its own.
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        set(headers, CONTENT_SECURITY_POLICY, policy);
    }
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !is_framed {
        set(headers, X_FRAME_OPTIONS, "DENY");
    }
    if let Some(Readable(origin)) = readable {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    set(headers, REFERRER_POLICY, "no-referrer");
    if let Some(Standing { limit, remaining, reset }) = standing {
        let reset = u64::from(reset.subsec_nanos() > 0) + reset.as_secs();
        headers.insert(RATE_LIMIT, limit.into());
        headers.insert(RATE_REMAINING, remaining.into());
        headers.insert(RATE_RESET, reset.into());
    }
    if !documentation && !headers.contains_key(CACHE_CONTROL) {
        set(headers, CACHE_CONTROL, "no-store");
    }
    Ok(response)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
