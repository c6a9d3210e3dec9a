//! x402: paying for HTTP requests. What a seller asks, what a payer hands over, and what became of it, in both
//! versions of the protocol. No I/O, no clock, no keys.
//!
//! Of its schemes this is `exact` on EVM chains by EIP-3009: the payer signs one transfer of a token to the
//! seller, within a window of time, under a nonce of 32 bytes that the token takes once.

mod authorization;
mod demand;
mod header;
mod network;
mod number;
mod payment;
mod receipt;
mod terms;
#[cfg(test)]
mod tests;
mod verify;

pub use authorization::{Authorization, State};
pub use demand::{Demand, MAX_BODY, Offer};
pub use header::{MAX_HEADER, Misread, decoded, encoded};
pub use network::{chain_of, network};
pub use payment::{Payment, signature_of};
pub use receipt::{Receipt, Verified};
pub use terms::{Resource, Terms, Token, Version};
pub use verify::{MARGIN_SECONDS, Wrong, verify};
