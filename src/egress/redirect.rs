//! Following a redirect: what the next request is, and what it must not carry there.

use bytes::Bytes;
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Method, StatusCode};
use url::Url;

use super::Error;

/// How many redirects are followed.
pub(super) const MAX_HOPS: usize = 3;

/// The headers that may go to a host that the author did not name. All others stay behind:
/// which of them hold a credential cannot be known from outside.
const HARMLESS: [HeaderName; 5] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::USER_AGENT,
];

/// One request of the chain.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Whether a response of this status asks to go elsewhere, given that it has a `Location`.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

impl Hop {
    /// The request that follows this one when it is answered with `status` and `location`.
    pub(super) fn next(mut self, status: StatusCode, location: &str) -> Result<Self, Error> {
        let refused = |problem| Error::Redirect { host: host(&self.url), problem };
        let url = self.url.join(location).map_err(|_| refused("its Location is no URL"))?;
        if self.url.scheme() == "https" && url.scheme() == "http" {
            return Err(refused("from https to http"));
        }
        let becomes_get = match status.as_u16() {
            303 => self.method != Method::HEAD,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        let elsewhere = !trusts(&self.url, &url);
        let safe = becomes_get || matches!(self.method, Method::GET | Method::HEAD);
        if elsewhere && !safe {
            // Without its idempotency key, which stays behind, the request could be performed
            // twice and nobody would notice.
            return Err(refused("a request that changes things would go to another host"));
        }
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            self.headers.remove(header::CONTENT_TYPE);
        }
        if elsewhere {
            self.headers = harmless(&self.headers);
        }
        Ok(Self { url, ..self })
    }
}

/// Whether what was meant for `from` may go to `to`: the same origin, or the same host that
/// moved from plain http to https on their usual ports.
fn trusts(from: &Url, to: &Url) -> bool {
    let upgraded = from.scheme() == "http"
        && to.scheme() == "https"
        && from.host() == to.host()
        && from.port().is_none()
        && to.port().is_none();
    from.origin() == to.origin() || upgraded
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in HARMLESS {
        for value in headers.get_all(&name) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

/// The host and port of a URL, for messages: all else of it may be secret.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the host");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
