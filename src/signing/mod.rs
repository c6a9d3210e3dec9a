//! The last door before a key. Keys are made, kept and used in a backend and never leave it.
//!
//! Nothing signs a bare hash: a [`Signer`] takes a whole transaction, or a whole document, and a
//! clearance for this one, has the backend sign it, and believes nothing of what comes back.

mod backend;
mod clearance;
mod config;
mod error;
mod key;
mod keystore;
mod kms;
mod outside;
mod pkcs11;
pub mod process;
mod reply;
mod signer;
pub mod softhsm;
mod turnkey;

#[cfg(test)]
mod tests;

pub use backend::{Attempt, Backend, Capabilities, Order, Reply, TypedReply};
pub use clearance::{Clearance, Ruling, TypedClearance};
pub use config::{Config, InvalidConfig, Kind, Pkcs11Config, Signers};
pub use error::{BadReply, Error};
pub use key::{InvalidKeyName, InvalidPrivateKey, KeyName, PrivateKey};
pub use keystore::Keystore;
pub use kms::{Kms, KmsConfig};
pub use pkcs11::{HOST_COMMAND, Pkcs11, host};
pub use reply::Outcome;
pub use signer::Signer;
pub use turnkey::{InvalidApiKey, Turnkey, TurnkeyConfig};
