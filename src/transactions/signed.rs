//! A transaction that goes to a chain as it is.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use serde::{Deserialize, Serialize};

use super::{Signature, Unreadable, Unsigned, reading};

/// A signed transaction, of which it is known whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    raw: Bytes,
    hash: B256,
    unsigned: Unsigned,
    signature: Signature,
    signer: Address,
}

impl Signed {
    pub(super) fn new(
        raw: Vec<u8>,
        unsigned: Unsigned,
        signature: Signature,
        signer: Address,
    ) -> Self {
        Self { hash: keccak256(&raw), raw: raw.into(), unsigned, signature, signer }
    }

    /// Reads the bytes of a signed transaction, in the one way in which it can be written.
    pub fn read(raw: &[u8]) -> Result<Self, Unreadable> {
        reading::read(raw)
    }

    /// What goes to a node.
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// How the chain calls it.
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// What was signed.
    pub const fn unsigned(&self) -> &Unsigned {
        &self.unsigned
    }

    /// The signature.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Who signed it, and pays.
    pub const fn signer(&self) -> Address {
        self.signer
    }

    /// Where the contract will be that it creates.
    pub fn creates(&self) -> Option<Address> {
        self.unsigned.creates(self.signer)
    }
}

/// The bytes of a signed transaction that was read and checked before. Finding anew whose it is takes a tenth of a
/// millisecond, and a ledger is full of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Bytes", into = "Bytes")]
pub struct SignedBytes {
    raw: Bytes,
    hash: B256,
}

impl SignedBytes {
    /// What goes to a node.
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// How the chain calls it.
    pub const fn hash(&self) -> B256 {
        self.hash
    }
}

impl From<Signed> for SignedBytes {
    fn from(signed: Signed) -> Self {
        Self { raw: signed.raw, hash: signed.hash }
    }
}

impl From<Bytes> for SignedBytes {
    fn from(raw: Bytes) -> Self {
        Self { hash: keccak256(&raw), raw }
    }
}

impl From<SignedBytes> for Bytes {
    fn from(signed: SignedBytes) -> Self {
        signed.raw
    }
}
