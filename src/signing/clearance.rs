//! The permission to sign one transaction.

use alloy_primitives::{Address, B256};

use crate::transactions::Unsigned;

/// What policy ruled about one transaction of one signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It may be signed.
    Allowed {
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
/// nonce, another fee, another byte of the call.
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
            Ruling::Refused => None,
        }
    }

    /// Whether it is one for this transaction by this signer.
    pub fn covers(&self, signer: Address, transaction: &Unsigned) -> bool {
        self.signer == signer && self.digest == transaction.digest()
    }
}
