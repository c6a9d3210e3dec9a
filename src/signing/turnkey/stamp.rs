//! The stamp by which Turnkey knows who asks: a signature over the body, byte for byte.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use serde::Serialize;

use crate::primitives::{Secret, hex, unhex};

/// What the stamp says of itself.
const SCHEME: &str = "SIGNATURE_SCHEME_TK_API_P256";

/// A pair of texts that is no API key. It shows neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApiKey {
    /// The private one.
    #[error("the private API key is 64 hexadecimal digits, a number of the curve P-256")]
    Private,
    /// The public one.
    #[error("the public API key is not the one that belongs to the private API key")]
    Public,
}

/// An API key of Turnkey.
pub(super) struct ApiKey {
    key: SigningKey,
    public: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stamp<'a> {
    public_key: &'a str,
    scheme: &'static str,
    signature: String,
}

impl ApiKey {
    /// The key of a private text. A public text is held against it.
    pub(super) fn read(private: &Secret, public: Option<&str>) -> Result<Self, InvalidApiKey> {
        let bytes = unhex::<32>(private.expose().trim()).ok_or(InvalidApiKey::Private)?;
        let key = SigningKey::from_slice(&bytes).map_err(|_| InvalidApiKey::Private)?;
        let derived = hex(key.verifying_key().to_encoded_point(true).as_bytes());
        match public {
            Some(other) if !other.trim().eq_ignore_ascii_case(&derived) => {
                Err(InvalidApiKey::Public)
            }
            Some(_) | None => Ok(Self { key, public: derived }),
        }
    }

    /// Its public half: a compressed point in hexadecimal.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// The header `X-Stamp` of this body.
    pub(super) fn stamp(&self, body: &[u8]) -> String {
        let signature: DerSignature = self.key.sign(body);
        let stamp = Stamp {
            public_key: &self.public,
            scheme: SCHEME,
            signature: hex(signature.as_bytes()),
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&stamp).expect("three texts are JSON"))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    /// The key of the number one: its public half is the generator of the curve.
    const PRIVATE: &str = "0000000000000000000000000000000000000000000000000000000000000001";
    const PUBLIC: &str = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    const POINT: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

    #[test]
    fn a_stamp_is_a_signature_over_the_body_that_others_can_verify() {
        let key = ApiKey::read(&Secret::new(PRIVATE), Some(&PUBLIC.to_uppercase())).unwrap();
        let body = br#"{"organizationId":"1"}"#;

        let stamp = URL_SAFE_NO_PAD.decode(key.stamp(body)).unwrap();

        let stamp: Value = serde_json::from_slice(&stamp).unwrap();
        assert_eq!(stamp["publicKey"], PUBLIC);
        assert_eq!(stamp["scheme"], SCHEME);
        let signature = alloy_primitives::hex::decode(stamp["signature"].as_str().unwrap());
        // Another library than the one that signed.
        let point = alloy_primitives::hex::decode(POINT).unwrap();
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        let signature = signature.unwrap();
        verifier.verify(body, &signature).unwrap();
        assert!(verifier.verify(br#"{"organizationId":"2"}"#, &signature).is_err());
    }

    #[test]
    fn texts_that_are_no_pair_are_refused_and_shown_to_nobody() {
        let private = Secret::new(PRIVATE);
        assert!(ApiKey::read(&private, None).is_ok());
        let other = "02".to_owned() + &PUBLIC[2..];
        assert_eq!(ApiKey::read(&private, Some(&other)).unwrap_err(), InvalidApiKey::Public);
        for bad in ["", "1", &"0".repeat(64), &"f".repeat(64), &"z".repeat(64)] {
            let refused = ApiKey::read(&Secret::new(bad), None).unwrap_err();
            assert_eq!(refused, InvalidApiKey::Private, "{bad}");
        }
        assert!(!format!("{:?}", ApiKey::read(&private, None).unwrap()).contains(PRIVATE));
    }
}
