//! GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body. Neither a time nor the delivery's name
//! is signed; deliveries are told apart by `X-GitHub-Delivery`.
//! <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// The header that holds the signature. `X-Hub-Signature`, over SHA-1, is not looked at.
pub(super) const SIGNATURE: &str = "x-hub-signature-256";
/// The header that names a delivery.
pub(super) const DELIVERY: &str = "x-github-delivery";

pub(super) fn verify(secrets: &[&str], received: &Received<'_>) -> Result<(), Refusal> {
    let header = received.must_have(SIGNATURE)?;
    let code = header.strip_prefix("sha256=").and_then(|code| Encoding::Hex.read(code));
    let code = code.ok_or_else(|| Refusal::Malformed(SIGNATURE.to_owned()))?;
    let keys: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
    fits(Algorithm::Sha256, &keys, &[received.body], &[code])
}
