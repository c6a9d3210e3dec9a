//! The client of Chainkeel's own API, for an operator's commands.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, redirect};
use serde_json::Value;
use url::Url;

use super::client::{failed, interrupted};
use super::redirect::host;
use super::{Error, tls};

/// How long an answer may take. Longer than any wait the API offers (`minPosition`, sync runs).
const TIMEOUT: Duration = Duration::from_secs(100);

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The JSON body; null where there is none.
    pub body: Value,
}

/// A client of the server at a URL that an operator gave, and trusts: no address is refused.
///
/// Cheap to clone. Redirects are answers, proxies are ignored.
#[derive(Debug, Clone)]
pub struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    base: Url,
    authorization: Option<HeaderValue>,
    organization: Option<HeaderValue>,
}

impl Api {
    /// A client of the server at `base`, with the key that it wants as a bearer token.
    pub fn new(base: &str, key: Option<&str>) -> Result<Self, Error> {
        let mut base = Url::parse(base).map_err(|source| Error::Url { source })?;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let authorization = key.map(bearer).transpose()?;
        Ok(Self(Arc::new(Inner { client: client()?, base, authorization, organization: None })))
    }

    /// The same client in the name of one of the organizations that its key opens.
    pub fn within(self, organization: Option<&str>) -> Result<Self, Error> {
        let Some(id) = organization else { return Ok(self) };
        let id = HeaderValue::from_str(id).map_err(|_| Error::Header("x-org-id".into()))?;
        let Inner { client, base, authorization, .. } = &*self.0;
        let (client, base, authorization) = (client.clone(), base.clone(), authorization.clone());
        Ok(Self(Arc::new(Inner { client, base, authorization, organization: Some(id) })))
    }

    /// The server's address.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    /// Calls `path` (with its query, as in `/v1/runs?limit=5`) and reads the answer as JSON.
    ///
    /// Any status is an answer; an error means that there is none.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let mut request = self.request(method, path, headers, body)?;
        *request.timeout_mut() = Some(TIMEOUT);
        let host = host(&self.0.base);
        let response = self.0.client.execute(request).await;
        let mut response = response.map_err(|source| unanswered(host.clone(), source))?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let text = response.bytes().await;
        let text = text.map_err(|source| unanswered(host.clone(), source))?;
        let body = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&text) };
        match body {
            Ok(body) => Ok(Answer { status, headers, body }),
            Err(source) => Err(Error::NotJson { host, status: status.as_u16(), source }),
        }
    }

    /// Opens a stream of server-sent events and gives its bytes as they come, after the event
    /// with the id `last` when there is one. It stays open as long as the server wants.
    ///
    /// The status is the caller's to look at: bytes of a refusal are a problem, not events.
    pub async fn events(
        &self,
        path: &str,
        last: Option<&str>,
    ) -> Result<(StatusCode, impl Stream<Item = Result<Bytes, Error>> + Unpin + use<>), Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last) = last {
            let name = HeaderName::from_static("last-event-id");
            let value = HeaderValue::from_str(last);
            headers.insert(name, value.map_err(|_| Error::Header("last-event-id".into()))?);
        }
        self.bytes(path, headers).await
    }

    /// Gets what is too long to be held, and gives its bytes as they come.
    ///
    /// The status is the caller's to look at: bytes of a refusal are a problem.
    pub async fn download(
        &self,
        path: &str,
    ) -> Result<(StatusCode, impl Stream<Item = Result<Bytes, Error>> + Unpin + use<>), Error> {
        self.bytes(path, HeaderMap::new()).await
    }

    /// The same, with what the answer says about itself.
    pub async fn open(
        &self,
        path: &str,
    ) -> Result<
        (StatusCode, HeaderMap, impl Stream<Item = Result<Bytes, Error>> + Unpin + use<>),
        Error,
    > {
        self.answer(path, HeaderMap::new()).await
    }

    async fn bytes(
        &self,
        path: &str,
        headers: HeaderMap,
    ) -> Result<(StatusCode, impl Stream<Item = Result<Bytes, Error>> + Unpin + use<>), Error> {
        let (status, _, bytes) = self.answer(path, headers).await?;
        Ok((status, bytes))
    }

    async fn answer(
        &self,
        path: &str,
        headers: HeaderMap,
    ) -> Result<
        (StatusCode, HeaderMap, impl Stream<Item = Result<Bytes, Error>> + Unpin + use<>),
        Error,
    > {
        let request = self.request(Method::GET, path, headers, None)?;
        let host = host(&self.0.base);
        let response = self.0.client.execute(request).await;
        let mut response = response.map_err(|source| failed(host.clone(), source))?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let bytes = response.bytes_stream();
        let bytes = bytes.map_err(move |source| interrupted(host.clone(), source));
        Ok((status, headers, bytes))
    }

    /// Posts what comes bit by bit, for as long as it takes, and reads the answer as JSON.
    pub async fn upload(
        &self,
        path: &str,
        kind: &'static str,
        parts: impl Stream<Item = std::io::Result<Bytes>> + Send + Sync + 'static,
    ) -> Result<Answer, Error> {
        let mut request = self.request(Method::POST, path, HeaderMap::new(), None)?;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(reqwest::Body::wrap_stream(parts));
        let host = host(&self.0.base);
        let response = self.0.client.execute(request).await;
        let mut response = response.map_err(|source| unanswered(host.clone(), source))?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let text = response.bytes().await;
        let text = text.map_err(|source| unanswered(host.clone(), source))?;
        match serde_json::from_slice(&text) {
            Ok(body) => Ok(Answer { status, headers, body }),
            Err(source) => Err(Error::NotJson { host, status: status.as_u16(), source }),
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Result<reqwest::Request, Error> {
        let url = self.0.base.join(path.trim_start_matches('/'));
        let url = url.map_err(|source| Error::Url { source })?;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        if let Some(authorization) = &self.0.authorization {
            request.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }
        if let Some(organization) = &self.0.organization {
            let name = HeaderName::from_static("x-org-id");
            request.headers_mut().insert(name, organization.clone());
        }
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }
}

fn bearer(key: &str) -> Result<HeaderValue, Error> {
    let value = HeaderValue::from_str(&format!("Bearer {key}"));
    let mut value = value.map_err(|_| Error::Header("authorization".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// An error of the transport, a time-out among them.
fn unanswered(host: String, source: reqwest::Error) -> Error {
    if source.is_timeout() && !source.is_connect() {
        Error::Timeout { host, after: TIMEOUT }
    } else {
        failed(host, source)
    }
}

#[expect(clippy::disallowed_methods, reason = "this room is where HTTP clients are built")]
fn client() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client()?)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("chainkeel-cli/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|source| Error::Build { source })
}
