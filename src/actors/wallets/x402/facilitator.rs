//! Who carries transfers out for sellers: asked whether a payment would be good, and to take it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::aggregates::sale::Reservation;
use crate::egress::{self, Egress, HeaderMap, HeaderValue, Method, Redirects, Request, header};
use crate::x402::{Misread, Receipt, Verified};

/// How long he may take. Reactions have little more.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Why there is no answer of a facilitator.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silent {
    /// The way to him.
    #[error("asking the facilitator: {0}")]
    Way(#[from] egress::Error),
    /// His status.
    #[error("the facilitator answered {0}")]
    Status(u16),
    /// His words.
    #[error("the facilitator's answer cannot be read: {0}")]
    Words(#[from] Misread),
}

/// Whether a payment would be good.
pub(super) async fn verified(
    egress: &Egress,
    url: &str,
    reservation: &Reservation,
) -> Result<Verified, Silent> {
    let (status, answer) = asked(egress, &format!("{url}/verify"), reservation).await?;
    Verified::read(&answer).map_err(|misread| silent(status, misread))
}

/// Takes a payment.
pub(super) async fn settled(
    egress: &Egress,
    url: &str,
    reservation: &Reservation,
) -> Result<Receipt, Silent> {
    let (status, answer) = asked(egress, &format!("{url}/settle"), reservation).await?;
    // What fails on his side says nothing of the money, whatever the body says.
    if status >= 500 {
        return Err(Silent::Status(status));
    }
    Receipt::read(&answer).map_err(|misread| silent(status, misread))
}

fn silent(status: u16, misread: Misread) -> Silent {
    if status < 300 { Silent::Words(misread) } else { Silent::Status(status) }
}

async fn asked(
    egress: &Egress,
    url: &str,
    reservation: &Reservation,
) -> Result<(u16, Value), Silent> {
    let Reservation { payment, terms, resource, .. } = reservation;
    let version = payment.version;
    let body = json!({
        "x402Version": version.number(),
        "paymentPayload": payment.written(terms, resource),
        "paymentRequirements": terms.written(version, resource),
    });
    let mut headers = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::ACCEPT] {
        headers.insert(name, HeaderValue::from_static("application/json"));
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let request = Request {
        method: Method::POST,
        url: url.to_owned(),
        headers,
        body: body.to_string().into(),
        timeout: PATIENCE,
        max_response_bytes: MAX_ANSWER,
        redirects: Redirects::Return,
    };
    let response = egress.send(request).await?;
    let answer = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    Ok((response.status.as_u16(), answer))
}
