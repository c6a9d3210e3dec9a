//! What is signed on EVM chains: transactions before and after a key saw them, byte for byte.
//!
//! Three envelopes are written and read: legacy with a chain (EIP-155), with an access list
//! (EIP-2930), and with a fee cap and a tip (EIP-1559). Documents are read by EIP-712. Nothing here
//! does I/O or holds a key.

mod amount;
mod envelope;
mod error;
mod reading;
mod signature;
mod signed;
mod typed_data;
mod unsigned;

#[cfg(test)]
mod tests;

pub use envelope::MAX_RAW;
pub use error::{BadSignature, Unreadable, Unsealed, Unsound};
pub use signature::Signature;
pub use signed::{Signed, SignedBytes};
pub use typed_data::{Domain, InvalidDocument, MAX_DOCUMENT, Reach, TypedData};
pub use unsigned::{Access, Fees, Unsigned};
