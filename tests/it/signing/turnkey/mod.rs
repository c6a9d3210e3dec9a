//! Keys at Turnkey: a peer of our own that verifies the stamp of each question, knows the same
//! text for the same activity, and signs with keys that it holds.

mod documents;
mod enclave;
mod keys;
mod lies;
mod orders;
mod peer;
mod stamps;
mod wallets;
