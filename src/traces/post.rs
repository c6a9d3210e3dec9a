//! Sends spans to a collector.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::config::Destination;
use super::otlp::{self, Resource};
use crate::egress::{self, HeaderValue, Response, Trusted, header, retry_after};
use crate::primitives::{Clock, WorkerId};
use crate::secrets::masked_by_all;
use crate::spans::{Lost, Sampler, Span, lost};

/// How long the collector may take for one batch.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often is said that it cannot be reached.
const TELL_EVERY: Duration = Duration::from_mins(1);
/// The longest rest that it may ask for.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// The longest text of it that is repeated.
const MAX_SHOWN: usize = 200;

/// Sends spans to one collector. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Post(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Trusted,
    destination: Destination,
    resource: Resource,
    clock: Arc<dyn Clock>,
    /// When it was said last that the collector cannot be reached; none while it can.
    told: Mutex<Option<Instant>>,
}

/// Why a batch did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It may later, at the earliest after this time where the collector asks for it.
    #[error("{why}")]
    Later {
        /// What is in the way.
        why: String,
        /// The rest that it asks for.
        rest: Option<Duration>,
    },
    /// It never will.
    #[error("{0}")]
    Never(String),
}

/// What a collector says of spans that it did not take.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Taken {
    partial_success: Option<Partial>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Partial {
    /// A number of 64 bits: a text, where it is written by the rules.
    rejected_spans: serde_json::Value,
    error_message: String,
}

impl Partial {
    fn rejected(&self) -> u64 {
        let text = self.rejected_spans.as_str().and_then(|it| it.parse().ok());
        text.or_else(|| self.rejected_spans.as_u64()).unwrap_or_default()
    }
}

impl Post {
    /// A way to this collector.
    pub fn new(destination: Destination, clock: Arc<dyn Clock>) -> Result<Self, egress::Error> {
        let instance = WorkerId::generate().to_string();
        let resource = Resource::new(&destination.service, &instance);
        let (client, told) = (Trusted::new()?, Mutex::default());
        Ok(Self(Arc::new(Inner { client, destination, resource, clock, told })))
    }

    /// Which traces are kept.
    pub fn sampler(&self) -> Sampler {
        self.0.destination.sampler
    }

    /// Sends a batch once. What the collector takes of it is counted, and what it refuses.
    pub async fn send(&self, spans: &[Span]) -> Result<(), Undelivered> {
        let sent = self.sent(spans).await;
        match &sent {
            Ok(()) => self.reached(),
            Err(undelivered) => self.missed(undelivered),
        }
        sent
    }

    async fn sent(&self, spans: &[Span]) -> Result<(), Undelivered> {
        let Inner { client, destination, resource, .. } = &*self.0;
        let body = otlp::request(resource, spans);
        let body = body.map_err(|error| Undelivered::Never(error.to_string()))?;
        // The last net: names and hosts are what authors wrote.
        let body = masked_by_all(&body).into_owned();
        let mut headers = destination.headers.clone();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = client.post(&destination.url, headers, body.into(), TIMEOUT).await;
        let answer =
            answer.map_err(|error| Undelivered::Later { why: error.to_string(), rest: None })?;
        let rejected = self.judged(&answer)?.min(spans.len() as u64);
        lost(Lost::Refused, rejected);
        let taken = spans.len() as u64 - rejected;
        metrics::counter!("chainkeel_trace_spans_total").increment(taken);
        Ok(())
    }

    /// How many it refused of what arrived.
    fn judged(&self, answer: &Response) -> Result<u64, Undelivered> {
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            let taken: Taken = serde_json::from_slice(&answer.body).unwrap_or_default();
            let partial = taken.partial_success.unwrap_or_default();
            let rejected = partial.rejected();
            if rejected > 0 {
                let words = shown(partial.error_message.as_bytes());
                tracing::warn!(
                    rejected,
                    "the collector of traces refused {rejected} spans: {words}"
                );
            }
            return Ok(rejected);
        }
        let why = format!("it answers with status {status}: {}", shown(&answer.body));
        // As the protocol has it: all others would be refused again.
        if matches!(status, 429 | 502 | 503 | 504) {
            let rest = retry_after(&answer.headers, self.0.clock.now(), LONGEST_REST);
            return Err(Undelivered::Later { why, rest });
        }
        Err(Undelivered::Never(why))
    }

    fn reached(&self) {
        if self.told().take().is_some() {
            tracing::info!("the collector of traces takes spans again");
        }
    }

    fn missed(&self, undelivered: &Undelivered) {
        let mut told = self.told();
        if told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return;
        }
        *told = Some(Instant::now());
        drop(told);
        let host = self.0.destination.url.host_str().unwrap_or_default();
        tracing::warn!(
            host,
            "the collector of traces at {host} does not take spans: {undelivered}"
        );
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of what somebody else said, in one line.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars().take(MAX_SHOWN).map(|it| if it.is_control() { ' ' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_counted_in_either_form() {
        for text in [
            r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}"#,
            r#"{"partialSuccess":{"rejectedSpans":3}}"#,
        ] {
            let taken: Taken = serde_json::from_str(text).expect("an answer");
            assert_eq!(taken.partial_success.expect("partly").rejected(), 3);
        }
        let taken: Taken = serde_json::from_str("{}").expect("an answer");
        assert!(taken.partial_success.is_none());
    }
}
