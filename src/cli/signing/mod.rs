//! The commands about what is signed: wallets, what they may sign, and the token of development.

mod approval;
mod floor;
mod history;
mod policy;
mod signature;
mod signer;
pub(super) mod token;
mod transaction;
mod wallet;
mod x402;

pub(super) use policy::Policy;
pub(super) use signature::Signature;
pub(super) use signer::Signer;
pub(super) use transaction::Transaction;
pub(super) use wallet::Wallet;
pub(super) use x402::X402;
