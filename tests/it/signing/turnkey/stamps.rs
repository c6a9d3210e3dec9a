//! Looks at the stamp of a question as Turnkey does: by another library than the one that stamps.

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chainkeel::primitives::hex;
use p256::ecdsa::VerifyingKey;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

/// The public key that stamped this body, in the form in which users have it.
pub(super) fn stamped_by(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let stamp = URL_SAFE_NO_PAD.decode(headers.get("x-stamp")?).ok()?;
    let stamp: Value = serde_json::from_slice(&stamp).ok()?;
    if stamp["scheme"] != "SIGNATURE_SCHEME_TK_API_P256" {
        return None;
    }
    let public = stamp["publicKey"].as_str()?;
    let point = alloy_primitives::hex::decode(public).ok().filter(|point| point.len() == 33)?;
    let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
    let signature = alloy_primitives::hex::decode(stamp["signature"].as_str()?).ok()?;
    let whole = key.to_encoded_point(false);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, whole.as_bytes())
        .verify(body, &signature)
        .ok()?;
    Some(hex(&point))
}
