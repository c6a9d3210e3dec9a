//! The guarded client: requests that tenants ask for.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, redirect};
use url::Url;

use super::guard::{Guard, Port};
use super::redirect::{Hop, MAX_HOPS, host, is_redirect};
use super::{Config, Error, Opening, Refusal, tls};
use crate::spans::{self, Live};

/// The largest response that may be asked for: all receipts of a full block of a fast chain. What
/// authors of workflows may ask for is less, and stands in the manifests.
pub const MAX_RESPONSE_BYTES: usize = 32 * 1024 * 1024;

/// How long one connection may take to come about, the name look-up and TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept. Below the minute after which many proxies hang up,
/// so that few requests meet a connection that is just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Unused connections kept for one host: the effects that are in flight at one time.
const IDLE_PER_HOST: usize = 256;

/// By which others learn of which trace a request is (W3C Trace Context).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Headers that the transport sets, or that would change who is spoken to.
const RESERVED: [HeaderName; 10] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
];

/// One request to the outside.
#[derive(Debug, Clone)]
pub struct Request {
    /// Any method but `CONNECT` and `TRACE`.
    pub method: Method,
    /// An http or https URL, as it was written.
    pub url: String,
    /// Headers to send; those of the transport are refused.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// The time for everything: look-up, connection, all hops, the whole body.
    pub timeout: Duration,
    /// Bytes of body that are taken at most, up to [`MAX_RESPONSE_BYTES`].
    pub max_response_bytes: usize,
    /// What to do when the peer redirects.
    pub redirects: Redirects,
}

/// What to do when the peer redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// At most three hops; credentials stay behind when the host changes.
    Follow,
    /// The redirect is the response.
    Return,
}

/// A response whose body has arrived completely.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it was sent: nothing is decompressed.
    pub body: Bytes,
}

/// The door itself: a handle, cheap to clone, over pools of connections.
///
/// A resolver is asked for a name without the port, while an opening may name a port. So there
/// is one client for each port that an opening names and one for all others: each has a
/// resolver that knows the port, and the connections of each are reused.
#[derive(Debug, Clone)]
pub struct Egress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    guard: Guard,
    by_port: BTreeMap<u16, reqwest::Client>,
    unnamed: reqwest::Client,
}

impl Egress {
    /// A door with these openings.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let guard = Guard::new(&config.allow);
        let tls = tls::client()?;
        let client = |port| client(&guard, port, &tls);
        let by_port = config
            .allow
            .iter()
            .filter_map(Opening::port)
            .map(|port| Ok((port, client(Port::Only(port))?)))
            .collect::<Result<_, Error>>()?;
        let unnamed = client(Port::Unnamed)?;
        Ok(Self(Arc::new(Inner { guard, by_port, unnamed })))
    }

    /// What judges where a connection may go.
    pub(super) fn guard(&self) -> &Guard {
        &self.0.guard
    }

    /// Whether a request may go to a URL, by all that can be known before it is sent: refused, or whether
    /// openings of the operator lead there. What a name leads to is judged again at each connection.
    pub async fn may_reach(&self, url: &Url, patience: Duration) -> Result<bool, Refusal> {
        let port = self.0.guard.check(url)?;
        self.0.guard.foresee(url, port, patience).await
    }

    /// Sends a request and takes its response, following redirects as it asks.
    ///
    /// Any status is a response; an error means that there is none.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let span = begin(&request);
        self.noted(span, request).await
    }

    /// The same, and tells whoever answers of which trace the request is (`traceparent`), unless its author does.
    pub async fn send_traced(&self, mut request: Request) -> Result<Response, Error> {
        let span = begin(&request);
        let header = span.header().and_then(|text| HeaderValue::from_str(&text).ok());
        if let Some(header) = header {
            request.headers.entry(TRACEPARENT).or_insert(header);
        }
        self.noted(span, request).await
    }

    /// Sends, and notes what came of it: whom was asked by which method, never the path.
    async fn noted(&self, mut span: Live, request: Request) -> Result<Response, Error> {
        if span.is_noted()
            && let Ok(url) = Url::parse(&request.url)
        {
            span.say("server.address", url.host_str().unwrap_or_default());
            span.say("server.port", url.port_or_known_default().unwrap_or_default());
            span.say("url.scheme", url.scheme());
        }
        let answer = self.asked(request).await;
        match &answer {
            Ok(Response { status, .. }) => {
                span.say("http.response.status_code", status.as_u16());
                span.end((status.as_u16() >= 400).then(|| status.as_str()));
            }
            Err(error) => span.end(Some(error.word())),
        }
        answer
    }

    async fn asked(&self, request: Request) -> Result<Response, Error> {
        let limit = request.max_response_bytes.min(MAX_RESPONSE_BYTES);
        let (timeout, redirects) = (request.timeout, request.redirects);
        let mut hop = first(request)?;
        // Written before each hop, so that a time-out can name the host that was waited for.
        let mut asked = host(&hop.url);
        let call = async {
            let mut hops = 0;
            loop {
                asked = host(&hop.url);
                let response = self.exchange(&hop).await?;
                let status = response.status();
                let location = match redirects {
                    Redirects::Follow if is_redirect(status) => {
                        response.headers().get(header::LOCATION)
                    }
                    Redirects::Follow | Redirects::Return => None,
                };
                let Some(location) = location else {
                    return read(response, asked.clone(), limit).await;
                };
                if hops == MAX_HOPS {
                    return Err(Error::TooManyRedirects { host: asked.clone(), limit: MAX_HOPS });
                }
                let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
                hop = hop.next(status, &location)?;
                hops += 1;
            }
        };
        let outcome = tokio::time::timeout(timeout, call).await;
        outcome.unwrap_or_else(|_| Err(Error::Timeout { host: asked, after: timeout }))
    }

    /// One request and the head of its response.
    async fn exchange(&self, hop: &Hop) -> Result<reqwest::Response, Error> {
        let port = self.0.guard.check(&hop.url)?;
        let client = self.0.by_port.get(&port).unwrap_or(&self.0.unnamed);
        let mut request = reqwest::Request::new(hop.method.clone(), hop.url.clone());
        *request.headers_mut() = hop.headers.clone();
        if !hop.body.is_empty() {
            *request.body_mut() = Some(hop.body.clone().into());
        }
        client.execute(request).await.map_err(|source| failed(host(&hop.url), source))
    }
}

/// The span of a request.
fn begin(request: &Request) -> Live {
    let method = request.method.as_str();
    spans::begin(spans::Kind::Client, method).with("http.request.method", method)
}

/// Reads a request as the first hop of its chain.
fn first(request: Request) -> Result<Hop, Error> {
    let url = Url::parse(&request.url).map_err(|source| Error::Url { source })?;
    let Request { method, headers, body, .. } = request;
    if matches!(method, Method::CONNECT | Method::TRACE) {
        return Err(Error::Method(method.to_string()));
    }
    if let Some(name) = RESERVED.iter().find(|name| headers.contains_key(*name)) {
        return Err(Error::Header(name.to_string()));
    }
    Ok(Hop { method, url, headers, body })
}

/// Reads a body up to its bound; what goes beyond is not waited for.
pub(super) async fn read(
    mut response: reqwest::Response,
    host: String,
    limit: usize,
) -> Result<Response, Error> {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let too_large = |host| Error::TooLarge { host, limit };
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(too_large(host));
    }
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(Response { status, headers, body: body.freeze() }),
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_large(host)),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(source) => return Err(interrupted(host, source)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this room is where HTTP clients are built")]
fn client(guard: &Guard, port: Port, tls: &rustls::ClientConfig) -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .dns_resolver(Arc::new(guard.resolver(port)))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("chainkeel/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .build()
        .map_err(|source| Error::Build { source })
}

/// Reads from the transport's error how far the request came.
pub(super) fn failed(host: String, source: reqwest::Error) -> Error {
    // The URL may hold secrets, and would be part of every text of the error.
    let source = source.without_url();
    let mut cause: &(dyn StdError + 'static) = &source;
    loop {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return Error::Refused(refusal.clone());
        }
        if let Some(rustls::Error::InvalidCertificate(problem)) = cause.downcast_ref() {
            return Error::Certificate { host, problem: problem.to_string() };
        }
        match beneath(cause) {
            Some(inner) => cause = inner,
            None => break,
        }
    }
    let problem = cause.to_string();
    if source.is_dns() {
        Error::Lookup { host, problem, source }
    } else if source.is_connect() {
        Error::Connect { host, problem, source }
    } else if source.is_builder() {
        Error::Build { source }
    } else {
        Error::Interrupted { host, problem, source }
    }
}

/// The error of a response that began and did not end.
pub(super) fn interrupted(host: String, source: reqwest::Error) -> Error {
    let source = source.without_url();
    let mut cause: &(dyn StdError + 'static) = &source;
    while let Some(inner) = beneath(cause) {
        cause = inner;
    }
    Error::Interrupted { host, problem: cause.to_string(), source }
}

/// The next error of a chain. An `io::Error` does not name the error that it wraps as its
/// source, but that one's source.
fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
