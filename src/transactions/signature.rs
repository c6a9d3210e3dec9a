//! Signatures of the curve of Ethereum.

use alloy_primitives::{Address, B256, U256, uint};
use k256::ecdsa::{RecoveryId, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::BadSignature;

/// How many points the curve has.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
/// The largest `s` that counts (EIP-2).
const HALF: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// A signature from which its maker's address follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signature {
    /// The x-coordinate of a point.
    pub r: U256,
    /// The proof.
    pub s: U256,
    /// Whether the y-coordinate of that point is odd.
    pub is_odd: bool,
}

impl Signature {
    /// The same signature with the `s` that counts, and whether that was another one.
    #[must_use]
    pub fn lowered(self) -> (Self, bool) {
        if self.s > HALF && self.s < ORDER {
            (Self { r: self.r, s: ORDER - self.s, is_odd: !self.is_odd }, true)
        } else {
            (self, false)
        }
    }

    /// `r`, `s` and `v` one after the other, as contracts take the signature of a document.
    pub fn to_bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes[..32].copy_from_slice(&self.r.to_be_bytes::<32>());
        bytes[32..64].copy_from_slice(&self.s.to_be_bytes::<32>());
        bytes[64] = 27 + u8::from(self.is_odd);
        bytes
    }

    /// Whose signature of this digest it is.
    pub fn signer_of(&self, digest: B256) -> Result<Address, BadSignature> {
        let is_in_range = |number: &U256| !number.is_zero() && *number < ORDER;
        if !is_in_range(&self.r) || !is_in_range(&self.s) {
            return Err(BadSignature::OutOfRange);
        }
        if self.s > HALF {
            return Err(BadSignature::HighS);
        }
        let (r, s) = (self.r.to_be_bytes::<32>(), self.s.to_be_bytes::<32>());
        let pair =
            k256::ecdsa::Signature::from_scalars(r, s).map_err(|_| BadSignature::OutOfRange)?;
        let id = RecoveryId::new(self.is_odd, false);
        let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &pair, id)
            .map_err(|_| BadSignature::Nobody)?;
        let point = key.to_encoded_point(false);
        Ok(Address::from_raw_public_key(&point.as_bytes()[1..]))
    }
}
