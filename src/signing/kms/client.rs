//! One question to KMS, and what its answer comes to.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::sigv4::{self, Asked, Credentials};
use super::wire::Refusal;
use crate::egress::{Egress, HeaderMap, HeaderName, HeaderValue, Method, Redirects, Request};
use crate::primitives::Clock;
use crate::signing::{BadReply, Error, outside};

/// How long an answer may take. KMS signs in some tens of milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer.
const MAX_ANSWER: usize = 64 * 1024;
/// Orders that are under way. Whoever comes beyond them is told so.
const MAX_ORDERS: usize = 256;
/// How KMS wants its JSON called.
const JSON: &str = "application/x-amz-json-1.1";

/// Asks KMS in the name of an access key.
#[derive(Debug)]
pub(super) struct Client {
    egress: Egress,
    clock: Arc<dyn Clock>,
    credentials: Credentials,
    region: String,
    url: String,
    /// As the transport writes the header.
    host: String,
    orders: Semaphore,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// There is no such key, or alias.
    NotFound,
    /// There is one already.
    Exists,
    /// All else.
    Error(Error),
}

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Unanswered {
    /// The error that it is where a key was expected to be there.
    pub(super) fn lost(self) -> Error {
        match self {
            Self::NotFound => Error::Refused("the key is gone".to_owned()),
            Self::Exists => Error::Refused("there is one already".to_owned()),
            Self::Error(error) => error,
        }
    }
}

/// Where KMS is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) region: String,
    /// The URL of its path `/`.
    pub(super) url: String,
    /// Its host, with the port where that is not the one of the scheme.
    pub(super) host: String,
}

impl Client {
    /// A client of the KMS there.
    pub(super) fn new(
        egress: Egress,
        address: Address,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let Address { region, url, host } = address;
        Self { egress, clock, credentials, region, url, host, orders: Semaphore::new(MAX_ORDERS) }
    }

    /// Where it asks.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Asks for an action.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        action: &str,
        question: &impl Serialize,
    ) -> Result<T, Unanswered> {
        let _order = self.orders.try_acquire().map_err(|_| Error::Busy(MAX_ORDERS))?;
        let body = serde_json::to_vec(question).expect("a question holds nothing but texts");
        let request = Request {
            method: Method::POST,
            url: self.url.clone(),
            headers: self.headers(action, &body)?,
            body: body.into(),
            timeout: PATIENCE,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        let answer =
            self.egress.send(request).await.map_err(|error| outside::unanswered(&error))?;
        if answer.status.is_success() {
            // Some actions answer with nothing at all.
            let body = if answer.body.is_empty() { &b"{}"[..] } else { &answer.body };
            return serde_json::from_slice(body)
                .map_err(|error| Error::from(BadReply::Garbled(error.to_string())).into());
        }
        let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        let kind = said.kind.rsplit('#').next().unwrap_or_default();
        match kind {
            "NotFoundException" => Err(Unanswered::NotFound),
            "AlreadyExistsException" => Err(Unanswered::Exists),
            // It says so with the status of a bad request.
            "ThrottlingException" => Err(Error::Gone(format!(
                "it is asked too often: {}",
                outside::shown(&said.message)
            ))
            .into()),
            _ => {
                let text = format!("{kind} {}", said.message);
                Err(outside::refused(answer.status.as_u16(), text.trim()).into())
            }
        }
    }

    /// The headers of a request, signed.
    fn headers(&self, action: &str, body: &[u8]) -> Result<HeaderMap, Error> {
        let instant = sigv4::instant(self.clock.now());
        let target = format!("TrentService.{action}");
        let mut signed: Vec<(&'static str, &str)> =
            vec![("content-type", JSON), ("host", &*self.host)];
        signed.push(("x-amz-date", &*instant));
        if let Some(token) = &self.credentials.token {
            signed.push(("x-amz-security-token", token.expose()));
        }
        signed.push(("x-amz-target", &*target));
        let asked =
            Asked { method: "POST", region: &self.region, service: "kms", headers: &signed, body };
        let authorization = sigv4::authorization(&self.credentials, asked, &instant);
        let mut headers = HeaderMap::new();
        let sent = signed.into_iter().filter(|(name, _)| *name != "host");
        for (name, value) in sent.chain([("authorization", &*authorization)]) {
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                Error::Refused(format!("its credentials hold what no header `{name}` can"))
            })?;
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token"));
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(headers)
    }
}
