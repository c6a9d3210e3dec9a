//! Stripe: `Stripe-Signature: t=<time>,v1=<hex>[,v1=<hex>]` over `<time>.<body>`. The event names
//! itself in the body (`id`).
//! <https://docs.stripe.com/webhooks/signature>

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// The header that holds the signatures and their time.
pub(super) const SIGNATURE: &str = "stripe-signature";
/// How many signatures are looked at: Stripe sends one a secret, and two secrets at most.
const MAX_SIGNATURES: usize = 8;

pub(super) fn verify(
    secrets: &[&str],
    received: &Received<'_>,
    tolerance: u32,
) -> Result<(), Refusal> {
    let malformed = || Refusal::Malformed(SIGNATURE.to_owned());
    let header = received.must_have(SIGNATURE)?;
    let (mut time, mut codes) = (None, Vec::new());
    for pair in header.split(',') {
        let (name, value) = pair.trim().split_once('=').ok_or_else(malformed)?;
        match name {
            "t" if time.is_some() => return Err(malformed()),
            "t" => time = Some(value),
            "v1" if codes.len() < MAX_SIGNATURES => codes.extend(Encoding::Hex.read(value)),
            // `v0` is what test deliveries carry besides; it says nothing.
            _ => {}
        }
    }
    let time = time.ok_or_else(malformed)?;
    received.in_window(SIGNATURE, time, tolerance)?;
    if codes.is_empty() {
        return Err(malformed());
    }
    let keys: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
    fits(Algorithm::Sha256, &keys, &[time.as_bytes(), b".", received.body], &codes)
}
