//! Who signed a delivery: the schemes of real senders, a file each, over the bytes as they came.
//! Pure: secrets and the time are arguments, and every comparison takes the same time for every
//! wrong signature.

mod github;
mod hmac;
mod mac;
mod received;
mod refusal;
mod scheme;
mod shopify;
mod slack;
mod standard;
mod stripe;
#[cfg(test)]
mod tests;

pub use mac::{Algorithm, Encoding};
pub use received::Received;
pub use refusal::Refusal;
pub use scheme::{Deduplicate, Scheme, Signature};
pub use slack::challenge;
