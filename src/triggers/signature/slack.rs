//! Slack: `X-Slack-Signature: v0=<hex>` over `v0:<time>:<body>`, the time in
//! `X-Slack-Request-Timestamp`. Events name themselves in the body (`event_id`).
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use serde_json::Value;

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// The header that holds the signature.
pub(super) const SIGNATURE: &str = "x-slack-signature";
/// The header that says when it was made.
pub(super) const TIME: &str = "x-slack-request-timestamp";
/// The longest challenge that is answered: Slack's own have some 50 characters.
const MAX_CHALLENGE: usize = 1_024;

pub(super) fn verify(
    secrets: &[&str],
    received: &Received<'_>,
    tolerance: u32,
) -> Result<(), Refusal> {
    let (header, time) = (received.must_have(SIGNATURE)?, received.must_have(TIME)?);
    received.in_window(TIME, time, tolerance)?;
    let code = header.strip_prefix("v0=").and_then(|code| Encoding::Hex.read(code));
    let code = code.ok_or_else(|| Refusal::Malformed(SIGNATURE.to_owned()))?;
    let keys: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
    let parts = [b"v0:".as_slice(), time.as_bytes(), b":", received.body];
    fits(Algorithm::Sha256, &keys, &parts, &[code])
}

/// What Slack wants to hear when it is told of a URL: its own words. Only ask about a body whose
/// signature was verified.
pub fn challenge(body: &Value) -> Option<&str> {
    let asked = body.get("type").and_then(Value::as_str) == Some("url_verification");
    let challenge = body.get("challenge").and_then(Value::as_str);
    challenge.filter(|text| asked && text.len() <= MAX_CHALLENGE)
}
