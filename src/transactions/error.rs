//! What can be wrong with a transaction, and with bytes that should be one.

use super::MAX_RAW;

/// Why no chain would take this transaction, whoever signs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// Without a chain it would count on all of them.
    #[error("a transaction needs a chain other than 0")]
    NoChain,
    /// EIP-2681.
    #[error("a nonce is below 18446744073709551615")]
    Nonce,
    /// The tip is part of the cap.
    #[error("the tip of {tip} wei a gas is more than the cap of {cap}")]
    TipAboveCap {
        /// The tip.
        tip: u128,
        /// The cap.
        cap: u128,
    },
    /// Nodes do not pass it on.
    #[error("a signed transaction has at most {MAX_RAW} bytes, and this one would have {bytes}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// Why three numbers are not a signature that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// `r` or `s` is zero, or not below the order of the curve.
    #[error("r or s is out of range")]
    OutOfRange,
    /// EIP-2: the same signature could be written a second way.
    #[error("s is in the upper half")]
    HighS,
    /// No key made it for these bytes.
    #[error("no key made this signature")]
    Nobody,
}

/// Why an unsigned transaction and a signature do not make a signed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsealed {
    /// The transaction.
    #[error("the transaction is unsound")]
    Unsound(#[from] Unsound),
    /// The signature.
    #[error("the signature does not count")]
    Signature(#[from] BadSignature),
}

/// Why bytes are not a signed transaction of a kind that is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing.
    #[error("there are no bytes")]
    Empty,
    /// More than is looked at.
    #[error("a signed transaction has at most {MAX_RAW} bytes, and this one has {0}")]
    TooLarge(usize),
    /// An envelope of another kind.
    #[error("transactions of type {0} are not known")]
    Kind(u8),
    /// The encoding.
    #[error("the encoding of the transaction is broken")]
    Encoding(#[from] alloy_rlp::Error),
    /// Bytes follow.
    #[error("{0} bytes follow the transaction")]
    Trailing(usize),
    /// A legacy transaction that counts on every chain, or that names no possible one.
    #[error("v is {0}, which names no chain")]
    NoChain(u128),
    /// The parity is neither 0 nor 1.
    #[error("the parity of y is {0}")]
    Parity(u64),
    /// The parts do not fit each other.
    #[error("the parts of the transaction do not fit each other")]
    Unsealed(#[from] Unsealed),
    /// The same could be written in another way, and is written in that one here.
    #[error("the transaction is not written in the one way that counts")]
    NotCanonical,
}
