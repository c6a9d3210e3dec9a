//! One question to Turnkey, and what its answer comes to.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::stamp::ApiKey;
use super::wire::Failure;
use crate::egress::{
    Egress, HeaderMap, HeaderName, HeaderValue, Method, Redirects, Request, header,
};
use crate::signing::{BadReply, Error, outside};

/// How long an answer may take. Turnkey signs in much less than a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer: a thousand private keys of an organization, which is all there may be.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Orders that are under way. Whoever comes beyond them is told so.
const MAX_ORDERS: usize = 256;

/// Asks Turnkey in the name of an API key.
#[derive(Debug)]
pub(super) struct Client {
    egress: Egress,
    /// Without a slash at its end.
    base: String,
    key: ApiKey,
    orders: Semaphore,
}

impl Client {
    /// A client of the Turnkey at `base`.
    pub(super) fn new(egress: Egress, base: &str, key: ApiKey) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { egress, base, key, orders: Semaphore::new(MAX_ORDERS) }
    }

    /// Where it asks.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The public half of its key.
    pub(super) fn public_key(&self) -> &str {
        self.key.public()
    }

    /// Asks. The same question is the same text.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> Result<T, Error> {
        let _order = self.orders.try_acquire().map_err(|_| Error::Busy(MAX_ORDERS))?;
        let body = serde_json::to_vec(question).expect("a question holds nothing but texts");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let stamp = HeaderValue::from_str(&self.key.stamp(&body)).expect("a stamp is base64url");
        headers.insert(HeaderName::from_static("x-stamp"), stamp);
        let request = Request {
            method: Method::POST,
            url: format!("{}{path}", self.base),
            headers,
            body: body.into(),
            timeout: PATIENCE,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        let answer =
            self.egress.send(request).await.map_err(|error| outside::unanswered(&error))?;
        if answer.status.is_success() {
            return serde_json::from_slice(&answer.body)
                .map_err(|error| BadReply::Garbled(error.to_string()).into());
        }
        let said: Failure = serde_json::from_slice(&answer.body).unwrap_or_default();
        Err(outside::refused(answer.status.as_u16(), &said.message))
    }
}
