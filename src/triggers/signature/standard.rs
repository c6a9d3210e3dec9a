//! Standard Webhooks: `webhook-signature: v1,<base64> [v1,<base64>]` over `<id>.<time>.<body>`, with
//! `webhook-id` and `webhook-timestamp`. Its secrets are base64, with `whsec_` before it.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use zeroize::Zeroizing;

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// The header that holds the signatures.
pub(super) const SIGNATURE: &str = "webhook-signature";
/// The header that names a delivery; it is signed.
pub(super) const DELIVERY: &str = "webhook-id";
/// The header that says when it was signed.
const TIME: &str = "webhook-timestamp";
/// How many signatures are looked at: one a secret that is being rotated.
const MAX_SIGNATURES: usize = 8;

pub(super) fn verify(
    secrets: &[&str],
    received: &Received<'_>,
    tolerance: u32,
) -> Result<(), Refusal> {
    let (id, time) = (received.must_have(DELIVERY)?, received.must_have(TIME)?);
    let header = received.must_have(SIGNATURE)?;
    received.in_window(TIME, time, tolerance)?;
    // `v1a` are signatures with public keys, which need another kind of secret.
    let codes: Vec<Vec<u8>> = header
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .take(MAX_SIGNATURES)
        .filter_map(|code| Encoding::Base64.read(code))
        .collect();
    if codes.is_empty() {
        return Err(Refusal::Malformed(SIGNATURE.to_owned()));
    }
    let keys: Vec<Zeroizing<Vec<u8>>> = secrets
        .iter()
        .map(|secret| secret.strip_prefix("whsec_").unwrap_or(secret))
        .filter_map(|secret| Encoding::Base64.read(secret).map(Zeroizing::new))
        .collect();
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_slice()).collect();
    let parts = [id.as_bytes(), b".", time.as_bytes(), b".", received.body];
    fits(Algorithm::Sha256, &keys, &parts, &codes)
}
