//! The request that most of these tests start from.

use std::time::Duration;

use chainkeel::egress::{HeaderMap, Method, Redirects, Request};

/// A plain GET with five seconds and 64 KiB.
pub(super) fn get(url: impl Into<String>) -> Request {
    Request {
        method: Method::GET,
        url: url.into(),
        headers: HeaderMap::new(),
        body: Vec::new().into(),
        timeout: Duration::from_secs(5),
        max_response_bytes: 64 * 1024,
        redirects: Redirects::Follow,
    }
}
