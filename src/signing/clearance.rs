//! The permission to sign one transaction, or one document.

use alloy_primitives::{Address, B256};

use crate::transactions::{TypedData, Unsigned};

/// What policy ruled about one transaction, or one document, of one signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The transaction may be signed.
    Allowed {
        /// By whom.
        signer: Address,
        /// Which one: its digest.
        digest: B256,
    },
    /// The document may be signed.
    AllowedDocument {
        /// By whom.
        signer: Address,
        /// Which one: its digest.
        digest: B256,
    },
    /// It may not, or not yet.
    Refused,
}

/// The permission to sign one transaction by one signer, which only an allowing [`Ruling`] gives.
///
/// It is bound to the digest of the transaction, so that it is of no use for another one: another
/// nonce, another fee, another byte of the call. It is of no use for a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Clearance {
    signer: Address,
    digest: B256,
}

impl Clearance {
    /// The clearance that a ruling gives, if it gives one.
    pub const fn granted(ruling: &Ruling) -> Option<Self> {
        match *ruling {
            Ruling::Allowed { signer, digest } => Some(Self { signer, digest }),
            Ruling::AllowedDocument { .. } | Ruling::Refused => None,
        }
    }

    /// Whether it is one for this transaction by this signer.
    pub fn covers(&self, signer: Address, transaction: &Unsigned) -> bool {
        self.signer == signer && self.digest == transaction.digest()
    }
}

/// The permission to sign one document by one signer, which only a [`Ruling`] about documents
/// gives. It is of no use for another document, nor for a transaction.
#[derive(Debug, PartialEq, Eq)]
pub struct TypedClearance {
    signer: Address,
    digest: B256,
}

impl TypedClearance {
    /// The clearance that a ruling gives, if it gives one.
    pub const fn granted(ruling: &Ruling) -> Option<Self> {
        match *ruling {
            Ruling::AllowedDocument { signer, digest } => Some(Self { signer, digest }),
            Ruling::Allowed { .. } | Ruling::Refused => None,
        }
    }

    /// Whether it is one for this document by this signer.
    pub fn covers(&self, signer: Address, document: &TypedData) -> bool {
        self.signer == signer && self.digest == document.digest()
    }
}
