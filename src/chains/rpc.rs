//! One node, asked by JSON-RPC through the door of the house.
//!
//! web3 is a typed façade over it, for what its types do not cut short: numbers and chain ids.
//! Blocks, logs and receipts go through [`Rpc::ask`] into types of our own, which keep every field.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use web3::error::TransportError;
use web3::{RequestId, Transport, helpers};

use super::fault::{Advice, Fault};
use super::place::Place;
use crate::egress::{self, Egress, HeaderMap, HeaderValue, Method, Redirects, Request, header};
use crate::primitives::ChainId;
use crate::spans;

/// How long an answer may take: the largest ones take seconds to make and to send.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The largest answer that is taken: all receipts of a full block of a fast chain.
const MAX_ANSWER: usize = egress::MAX_RESPONSE_BYTES;

/// The longest rest that a node may ask for.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// A node.
#[derive(Debug)]
pub(super) struct Rpc {
    egress: Egress,
    place: Place,
    asked: Asked,
    next: AtomicUsize,
}

/// What is told of a node in traces.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its chain.
    pub(super) chain: ChainId,
    /// Its host; that of an organization's node is nobody else's business.
    pub(super) host: Arc<str>,
}

/// The answer's envelope; what is beside it is not looked at.
#[derive(Deserialize)]
struct Envelope {
    id: Value,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<ErrorObject>,
}

#[derive(Deserialize)]
struct ErrorObject {
    code: i64,
    message: String,
    data: Option<Value>,
}

/// A `null` that is there is a result; serde would take it for none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Rpc {
    pub(super) fn new(egress: Egress, place: Place, asked: Asked) -> Self {
        Self { egress, place, asked, next: AtomicUsize::new(1) }
    }

    /// The WebSocket on which the node announces blocks, where it has one.
    pub(super) fn stream(&self) -> Option<&str> {
        self.place.stream()
    }

    /// The way to it.
    pub(super) fn egress(&self) -> &Egress {
        &self.egress
    }

    /// The chain that the node is of.
    pub(super) async fn chain_id(self: &Arc<Self>) -> Result<u64, Fault> {
        let wire = Wire::new(self);
        let told = web3::Web3::new(wire.clone()).eth().chain_id().await;
        let id = told.map_err(|error| wire.fault(&error))?;
        u64::try_from(id).map_err(|_| Fault::Invented("a chain id beyond 64 bits".into()))
    }

    /// The height of the newest block that the node has.
    pub(super) async fn height(self: &Arc<Self>) -> Result<u64, Fault> {
        let wire = Wire::new(self);
        let told = web3::Web3::new(wire.clone()).eth().block_number().await;
        Ok(told.map_err(|error| wire.fault(&error))?.as_u64())
    }

    /// Asks, and reads the answer; `null` is no answer of this type unless it is an `Option`.
    pub(super) async fn ask<T: DeserializeOwned>(
        self: &Arc<Self>,
        method: &'static str,
        parameters: Vec<Value>,
    ) -> Result<T, Fault> {
        let wire = Wire::new(self);
        let told = wire.execute(method, parameters).await;
        let value = told.map_err(|error| wire.fault(&error))?;
        let read = serde_path_to_error::deserialize(value);
        read.map_err(|error| Fault::Invented(format!("{method}: {error}")))
    }

    /// Sends a question, and notes what came of it.
    async fn send(&self, id: RequestId, call: &jsonrpc_core::Call) -> Result<Value, Fault> {
        let method = match call {
            jsonrpc_core::Call::MethodCall(call) => call.method.as_str(),
            jsonrpc_core::Call::Notification(call) => call.method.as_str(),
            jsonrpc_core::Call::Invalid { .. } => "none",
        };
        let body = serde_json::to_vec(call).map_err(|error| Fault::Ill(error.to_string()))?;
        let Asked { chain, host } = &self.asked;
        let span = spans::begin(spans::Kind::Client, method)
            .with("rpc.system", "jsonrpc")
            .with("rpc.method", method)
            .with("server.address", &**host)
            .with("chainkeel.chain.id", chain.0);
        let answer = span.as_one(self.exchange(id, body)).await;
        span.end(answer.as_ref().err().map(Fault::kind));
        answer
    }

    async fn exchange(&self, id: RequestId, body: Vec<u8>) -> Result<Value, Fault> {
        let json = HeaderValue::from_static("application/json");
        let request = Request {
            method: Method::POST,
            url: self.place.url().to_owned(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
            body: body.into(),
            timeout: TIMEOUT,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        let response = self.egress.send(request).await.map_err(|error| unanswered(&error))?;
        let status = response.status.as_u16();
        if status == 429 {
            return Err(Fault::Busy(rest(&response.headers)));
        }
        if status == 413 {
            return Err(Fault::TooMuch(Advice::None));
        }
        // Providers send errors of JSON-RPC under any status.
        let Ok(envelope) = serde_json::from_slice::<Envelope>(&response.body) else {
            return Err(if response.status.is_success() {
                Fault::Invented("no answer of JSON-RPC".into())
            } else if let Some(rest) = rest(&response.headers) {
                Fault::Busy(Some(rest))
            } else {
                Fault::Ill(format!("status {status}"))
            });
        };
        if let Some(error) = envelope.error {
            let words = self.place.without_keys(&error.message);
            return Err(Fault::of_error(error.code, &words, error.data.as_ref()));
        }
        if envelope.id != id {
            return Err(Fault::Invented("the answer to another question".into()));
        }
        envelope.result.ok_or_else(|| Fault::Invented("neither a result nor an error".into()))
    }
}

/// What the way out says of the node. The texts name the host alone.
fn unanswered(error: &egress::Error) -> Fault {
    match error {
        egress::Error::TooLarge { .. } => Fault::TooMuch(Advice::None),
        egress::Error::Url { .. }
        | egress::Error::Method(_)
        | egress::Error::Header(_)
        | egress::Error::Refused(_)
        | egress::Error::Lookup { .. }
        | egress::Error::Connect { .. }
        | egress::Error::Certificate { .. }
        | egress::Error::Timeout { .. }
        | egress::Error::Interrupted { .. }
        | egress::Error::TooManyRedirects { .. }
        | egress::Error::Redirect { .. }
        | egress::Error::Build { .. }
        | egress::Error::Tls(_)
        | egress::Error::NotJson { .. } => Fault::Silent(error.to_string()),
    }
}

/// `Retry-After` in seconds. As a date it would need the hour: the pace is guessed then.
fn rest(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_REST))
}

/// What web3 speaks through, for one question: its errors have no room for what a node says of its
/// pace and its limits, so the fault is kept beside them.
#[derive(Debug, Clone)]
struct Wire {
    rpc: Arc<Rpc>,
    fault: Arc<Mutex<Option<Fault>>>,
}

impl Wire {
    fn new(rpc: &Arc<Rpc>) -> Self {
        Self { rpc: rpc.clone(), fault: Arc::default() }
    }

    /// The fault behind an error of web3; where there is none, web3 could not read the answer.
    fn fault(&self, error: &web3::Error) -> Fault {
        let kept = self.fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.unwrap_or_else(|| Fault::Invented(error.to_string()))
    }
}

impl Transport for Wire {
    type Out = BoxFuture<'static, web3::error::Result<Value>>;

    fn prepare(&self, method: &str, parameters: Vec<Value>) -> (RequestId, jsonrpc_core::Call) {
        let id = self.rpc.next.fetch_add(1, Ordering::Relaxed);
        (id, helpers::build_request(id, method, parameters))
    }

    fn send(&self, id: RequestId, call: jsonrpc_core::Call) -> Self::Out {
        let wire = self.clone();
        Box::pin(async move {
            wire.rpc.send(id, &call).await.map_err(|fault| {
                let told = TransportError::Message(fault.to_string());
                *wire.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                web3::Error::Transport(told)
            })
        })
    }
}
