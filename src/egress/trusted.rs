//! A client of a server that an operator named, and trusts.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, redirect};
use url::Url;

use super::client::{Response, failed, read};
use super::redirect::host;
use super::{Error, tls};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer that is taken: nothing but a word is expected.
const MAX_ANSWER: usize = 64 * 1024;

/// Asks servers whose URLs an operator wrote into the configuration: no address is refused, since those of a
/// private network are where such servers stand. What tenants ask for goes through [`super::Egress`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Trusted(reqwest::Client);

impl Trusted {
    /// A client. Redirects are answers, proxies are ignored.
    #[expect(clippy::disallowed_methods, reason = "this room is where HTTP clients are built")]
    pub fn new() -> Result<Self, Error> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client()?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("chainkeel/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map(Self)
            .map_err(|source| Error::Build { source })
    }

    /// Posts, and takes the answer. Any status is an answer; an error means that there is none.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let mut request = reqwest::Request::new(Method::POST, url.clone());
        *request.headers_mut() = headers;
        *request.body_mut() = Some(body.into());
        self.send(url, request, timeout).await
    }

    /// Gets. Any status is an answer; an error means that there is none.
    pub async fn get(&self, url: &Url, timeout: Duration) -> Result<Response, Error> {
        self.send(url, reqwest::Request::new(Method::GET, url.clone()), timeout).await
    }

    async fn send(
        &self,
        url: &Url,
        request: reqwest::Request,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let asked = host(url);
        let call = async {
            let response = self.0.execute(request).await;
            let response = response.map_err(|source| failed(asked.clone(), source))?;
            read(response, asked.clone(), MAX_ANSWER).await
        };
        let outcome = tokio::time::timeout(timeout, call).await;
        outcome.unwrap_or_else(|_| Err(Error::Timeout { host: host(url), after: timeout }))
    }
}
