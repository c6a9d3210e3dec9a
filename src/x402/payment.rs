//! What a payer hands over: an authorization and its signature.

use alloy_primitives::{U256, hex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::number::{field, text};
use super::terms::EXACT;
use super::{Authorization, Misread, Offer, Resource, Terms, Version, chain_of, decoded, network};
use crate::transactions::Signature;

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// The version in which it came.
    pub version: Version,
    /// The chain that it names.
    pub chain: u64,
    /// The transfer.
    pub authorization: Authorization,
    /// The payer's signature of it.
    pub signature: Signature,
}

impl Payment {
    /// Reads the header of a version.
    ///
    /// # Errors
    /// It is none, of another scheme or chain, or of a smart wallet, whose signatures are not taken.
    pub fn read(version: Version, header: &[u8]) -> Result<Self, Misread> {
        let payload = decoded(header)?;
        let (number, at) = field(&payload, "", "x402Version")?;
        if number.as_u64() != Some(version.number()) {
            let problem = format!("expected {}, as this header has it", version.number());
            return Err(Misread::at(&at, problem));
        }
        let (around, at) = match version {
            Version::V1 => (&payload, String::new()),
            Version::V2 => field(&payload, "", "accepted")?,
        };
        let scheme = text(around, &at, "scheme")?;
        if scheme != EXACT {
            let problem = format!("the scheme `{scheme}` is not spoken, only `{EXACT}`");
            return Err(Misread::at(&format!("{at}/scheme"), problem));
        }
        let named = text(around, &at, "network")?;
        let chain = chain_of(named).ok_or_else(|| {
            let problem = format!("`{named}` is no EVM chain that is known, as eip155:8453");
            Misread::at(&format!("{at}/network"), problem)
        })?;
        let (inner, at) = field(&payload, "", "payload")?;
        let signature = signature_of(text(inner, &at, "signature")?)
            .map_err(|problem| Misread::at(&format!("{at}/signature"), problem))?;
        let (authorization, at) = field(inner, &at, "authorization")?;
        let authorization = Authorization::read(authorization, &at)?;
        Ok(Self { version, chain, authorization, signature })
    }

    /// The payload for a facilitator, against the terms that it was held against.
    pub fn written(&self, terms: &Terms, resource: &Resource) -> Value {
        match self.version {
            Version::V1 => json!({
                "x402Version": 1, "scheme": EXACT, "network": network(Version::V1, terms.chain),
                "payload": self.inner(),
            }),
            Version::V2 => json!({
                "x402Version": 2, "resource": resource.written(),
                "accepted": terms.written(Version::V2, resource), "payload": self.inner(),
            }),
        }
    }

    /// The payload for a seller, who is told his own words.
    pub fn answering(&self, offer: &Offer) -> Value {
        match self.version {
            Version::V1 => json!({
                "x402Version": 1, "scheme": EXACT, "network": offer.raw["network"],
                "payload": self.inner(),
            }),
            Version::V2 => {
                let mut payload = json!({
                    "x402Version": 2, "accepted": offer.raw, "payload": self.inner(),
                });
                if let Some(resource) = &offer.resource {
                    payload["resource"] = resource.clone();
                }
                if let Some(extensions) = &offer.extensions {
                    payload["extensions"] = extensions.clone();
                }
                payload
            }
        }
    }

    fn inner(&self) -> Value {
        let signature = hex::encode_prefixed(self.signature.to_bytes());
        json!({ "signature": signature, "authorization": self.authorization.written() })
    }
}

/// Reads a signature of 65 bytes.
///
/// # Errors
/// What is wrong with it.
pub fn signature_of(text: &str) -> Result<Signature, &'static str> {
    let bytes = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let bytes = bytes.and_then(|digits| hex::decode(digits).ok());
    let bytes = bytes.ok_or("expected bytes: 0x and two hexadecimal digits for each")?;
    let bytes: [u8; 65] = bytes.try_into().map_err(
        |_| "expected 65 bytes: signatures of smart wallets (ERC-1271, ERC-6492) are not taken",
    )?;
    let is_odd = match bytes[64] {
        0 | 27 => false,
        1 | 28 => true,
        _ => return Err("its last byte must be 27 or 28"),
    };
    let part = |range: std::ops::Range<usize>| U256::from_be_slice(&bytes[range]);
    Ok(Signature { r: part(0..32), s: part(32..64), is_odd })
}
