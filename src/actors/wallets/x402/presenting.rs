//! Showing a seller a request, with a payment or without one, and what his answer says of both.

use std::time::Duration;

use alloy_primitives::B256;
use serde_json::{Map, Value, json};

use crate::aggregates::payment::{Outcome, Signed};
use crate::egress::{self, Egress, HeaderName, HeaderValue, Redirects, Request, Response, header};
use crate::x402::{Demand, Payment, Receipt, encoded};

/// The largest answer that is taken, in bytes: what a node's result may hold, with room for the rest.
const MAX_ANSWER: usize = 240 * 1024;
/// The longest that a seller may take for one answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// The header by which the other side recognises a repetition.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What is asked in version 2.
const DEMAND: HeaderName = HeaderName::from_static("payment-required");

/// What came of showing a payment.
pub(super) enum Shown {
    /// He gave what was paid for.
    Given { answer: Value, transaction: Option<B256> },
    /// He took the money and gave nothing.
    Kept { transaction: Option<B256>, why: String },
    /// He gave nothing yet.
    Nothing(Outcome),
}

/// Sends the request as it is, at most for this long.
pub(super) async fn sent(
    egress: &Egress,
    mut request: Request,
    key: &str,
    within: Duration,
) -> Result<Response, egress::Error> {
    request.timeout = request.timeout.min(within).min(PATIENCE);
    request.max_response_bytes = request.max_response_bytes.min(MAX_ANSWER);
    // Whoever is redirected would be paid in the place of who asked.
    request.redirects = Redirects::Return;
    request.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Ok(key) = HeaderValue::from_str(key) {
        request.headers.insert(IDEMPOTENCY_KEY, key);
    }
    egress.send(request).await
}

/// What a seller asks by his answer 402.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn demanded(response: &Response) -> Result<Demand, String> {
    let header = response.headers.get(DEMAND).map(HeaderValue::as_bytes);
    Demand::read(header, &response.body)
        .map_err(|misread| format!("what is asked for cannot be read: {misread}"))
}

/// Shows a payment.
pub(super) async fn shown(
    egress: &Egress,
    mut request: Request,
    (signed, key): (&Signed, &str),
    within: Duration,
) -> Shown {
    let Signed { wish, signature, .. } = signed;
    let payment = Payment {
        version: wish.version,
        chain: wish.offer.terms.chain,
        authorization: wish.authorization.clone(),
        signature: *signature,
    };
    let header = encoded(&payment.answering(&wish.offer));
    if let Ok(mut value) = HeaderValue::from_str(&header) {
        value.set_sensitive(true);
        request.headers.insert(HeaderName::from_static(wish.version.payment_header()), value);
    }
    match sent(egress, request, key, within).await {
        Ok(response) => of(&response, wish.version.receipt_header()),
        Err(error) => Shown::Nothing(Outcome::Unknown { message: error.to_string() }),
    }
}

/// What an answer says.
fn of(response: &Response, receipt: &str) -> Shown {
    let status = response.status.as_u16();
    let receipt = response.headers.get(receipt);
    let receipt = receipt.and_then(|header| Receipt::of_header(header.as_bytes()).ok());
    let paid = receipt.as_ref().is_some_and(|it| it.is_success);
    let transaction = receipt.as_ref().filter(|it| it.is_success).and_then(|it| it.transaction);
    if response.status.is_success() {
        let is_on_its_way =
            status == 202 && !paid && response.headers.contains_key(header::RETRY_AFTER);
        return if is_on_its_way {
            Shown::Nothing(Outcome::Pending)
        } else {
            Shown::Given { answer: told(response), transaction }
        };
    }
    let words = receipt.and_then(|it| it.reason).or_else(|| {
        let asked = (status == 402).then(|| demanded(response).ok()).flatten();
        asked.map(|asked| asked.error).filter(|error| !error.is_empty())
    });
    let reason = words.unwrap_or_else(|| format!("the seller answered {status}"));
    if paid {
        return Shown::Kept { transaction, why: reason };
    }
    // His own failures, and requests to come again, say nothing of the payment.
    if status >= 500 || [408, 409, 425, 429].contains(&status) {
        return Shown::Nothing(Outcome::Unknown { message: reason });
    }
    Shown::Nothing(Outcome::Refused { status, reason })
}

/// An answer, as a node tells it.
pub(super) fn told(response: &Response) -> Value {
    let kind = response.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    });
    let text = std::str::from_utf8(&response.body).ok().filter(|text| !text.contains('\0'));
    let body = match text {
        Some(text) if is_json => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        Some("") => Value::Null,
        Some(text) => Value::String(text.to_owned()),
        None => Value::String(format!("({} bytes that are no text)", response.body.len())),
    };
    let mut told = Map::new();
    told.insert("status".to_owned(), response.status.as_u16().into());
    told.insert("contentType".to_owned(), json!(kind));
    told.insert("body".to_owned(), body);
    Value::Object(told)
}
