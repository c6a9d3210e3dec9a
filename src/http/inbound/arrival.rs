//! A delivery on its way through the door.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::cover;
use crate::deliveries::{Delivery, KEPT_BODY, Outcome};
use crate::http::api::Api;
use crate::http::extract::Address;
use crate::http::problem::{Code, Problem};
use crate::primitives::{DeliveryId, OrganizationId, WorkflowId};

/// Headers by which senders name a delivery that is not signed, so that its repetition starts no
/// second run.
const DELIVERY_IDS: [&str; 3] = ["idempotency-key", "webhook-id", "x-github-delivery"];
/// How long a delivery's name is kept as it is; a longer one is kept as its hash.
const MAX_NAME: usize = 96;

/// Why a delivery was turned away: what its sender is told, and what its receiver reads.
#[derive(Debug)]
pub(super) struct Turned {
    pub(super) problem: Box<Problem>,
    pub(super) reason: String,
}

impl Turned {
    /// Turned away with these words.
    pub(super) fn new(problem: Problem, reason: impl Into<String>) -> Self {
        Self { problem: Box::new(problem), reason: reason.into() }
    }

    /// Turned away with one text for both.
    pub(super) fn openly(problem: Problem) -> Self {
        let document = problem.document("");
        let place = document.details.first();
        let reason = match place {
            Some(detail) => format!("{}: {} {}", document.message, detail.path, detail.message),
            None => document.message,
        };
        Self::new(problem, reason)
    }

    /// Turned away without a word of why.
    pub(super) fn silently(code: Code, reason: impl Into<String>) -> Self {
        Self::new(Problem::new(code), reason)
    }
}

/// What is known of a delivery before its body was read.
pub(super) fn delivery(
    api: &Api,
    organization: OrganizationId,
    workflow: WorkflowId,
    request: &HttpRequest,
) -> Delivery {
    let address = request.extensions().get::<Address>().map(|address| address.0.to_string());
    Delivery {
        id: DeliveryId::generate(),
        organization,
        workflow,
        at: api.clock.now(),
        outcome: Outcome::Refused,
        reason: None,
        run: None,
        name: None,
        method: request.method().to_string(),
        address,
        query: cover::parameters(request.query_string()).unwrap_or_default(),
        headers: cover::harmless(request.headers()),
        body: Vec::new(),
        body_bytes: 0,
    }
}

/// Keeps the body, as far as it is kept.
pub(super) fn keep(delivery: &mut Delivery, bytes: &Bytes) {
    delivery.body = bytes[..bytes.len().min(KEPT_BODY)].to_vec();
    delivery.body_bytes = bytes.len();
}

/// The type of the body, in lower case and without its parameters.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(kind.split(';').next().unwrap_or_default().trim().to_lowercase())
}

/// What identifies an unsigned delivery among those of a workflow, when its sender names it.
pub(super) fn name_of(headers: &HeaderMap) -> Option<String> {
    let (header, value) = DELIVERY_IDS
        .iter()
        .find_map(|header| Some((header, headers.get(*header)?.as_bytes())))
        .filter(|(_, value)| !value.is_empty())?;
    let plain = std::str::from_utf8(value)
        .ok()
        .filter(|text| text.len() <= MAX_NAME && text.bytes().all(|b| b.is_ascii_graphic()));
    let name = match plain {
        Some(text) => text.to_owned(),
        None => format!("sha256:{:x}", Sha256::digest(value)),
    };
    Some(format!("{header}:{name}"))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_delivery_is_known_by_the_name_its_sender_gave_it() {
        let name = |pairs: &[(&'static str, &'static str)]| {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            name_of(&headers)
        };
        assert_eq!(name(&[]), None);
        let github = name(&[("x-github-delivery", "72d3162e")]);
        assert_eq!(github.as_deref(), Some("x-github-delivery:72d3162e"));
        assert!(name(&[("webhook-id", "a b")]).is_some_and(|name| name.contains("sha256:")));
    }
}
