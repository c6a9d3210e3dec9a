//! Shopify: `X-Shopify-Hmac-SHA256: <base64>` over the body. Neither a time nor the delivery's name
//! is signed; deliveries are told apart by `X-Shopify-Webhook-Id`.
//! <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// The header that holds the signature.
pub(super) const SIGNATURE: &str = "x-shopify-hmac-sha256";
/// The header that names a delivery.
pub(super) const DELIVERY: &str = "x-shopify-webhook-id";

pub(super) fn verify(secrets: &[&str], received: &Received<'_>) -> Result<(), Refusal> {
    let code = Encoding::Base64.read(received.must_have(SIGNATURE)?);
    let code = code.ok_or_else(|| Refusal::Malformed(SIGNATURE.to_owned()))?;
    let keys: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
    fits(Algorithm::Sha256, &keys, &[received.body], &[code])
}
