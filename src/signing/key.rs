//! What keys are called, and the one form in which a key comes in.

use std::fmt;

use alloy_primitives::Address;
use k256::ecdsa::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::primitives::OrganizationId;

/// The most characters of a key's own name.
const MAX_NAME: usize = 64;

/// A text that cannot name a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a key has 1 to {MAX_NAME} small letters, digits, `_` and `-`")]
pub struct InvalidKeyName;

/// How a backend knows a key: whose it is, and its name there.
///
/// The organization is part of it, so that no organization can name a key of another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyName {
    organization: OrganizationId,
    name: String,
}

impl KeyName {
    /// A key of an organization.
    pub fn new(organization: OrganizationId, name: &str) -> Result<Self, InvalidKeyName> {
        let fits = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-'
        };
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(fits) {
            return Err(InvalidKeyName);
        }
        Ok(Self { organization, name: name.to_owned() })
    }

    /// Whose it is.
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Its name in its organization.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The label of the key in devices: the same for ever.
impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organization, self.name)
    }
}

/// 32 bytes that are no key of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a private key is a number of 32 bytes, above zero and below the order of the curve")]
pub struct InvalidPrivateKey;

/// A private key on its way into a backend. It is wiped when it is dropped, and shown to nobody.
#[derive(Clone)]
pub struct PrivateKey(Zeroizing<[u8; 32]>);

impl PrivateKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Result<Self, InvalidPrivateKey> {
        let bytes = Zeroizing::new(bytes);
        SigningKey::from_slice(&bytes[..]).map_err(|_| InvalidPrivateKey)?;
        Ok(Self(bytes))
    }

    /// Its bytes. Whoever takes them answers for where they go.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The address that it signs for.
    pub fn address(&self) -> Address {
        address_of(self.signing().verifying_key())
    }

    pub(super) fn signing(&self) -> SigningKey {
        SigningKey::from_slice(&self.0[..]).expect("the bytes were a key before")
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// The address of a public key.
pub(super) fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_within_its_organization_only() {
        let organization = OrganizationId::generate();
        let name = KeyName::new(organization, "wallet_1").unwrap();
        assert_eq!(name.to_string(), format!("{organization}/wallet_1"));
        for other in ["", "a/b", "../a", "A", "a b", "a\0", &"a".repeat(65)] {
            assert_eq!(KeyName::new(organization, other), Err(InvalidKeyName), "{other}");
        }
    }

    #[test]
    fn a_private_key_is_a_number_of_the_curve_and_shows_nothing() {
        let mut one = [0; 32];
        one[31] = 1;
        let key = PrivateKey::new(one).unwrap();
        // The address of the generator itself.
        assert_eq!(key.address().to_string(), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
        assert_eq!(format!("{key:?}"), "PrivateKey(…)");
        assert!(PrivateKey::new([0; 32]).is_err());
        assert!(PrivateKey::new([0xff; 32]).is_err());
    }
}
