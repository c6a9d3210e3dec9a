//! Documents that are signed by EIP-712: what they say, where they count, and their digest.

mod declared;
mod document;
mod domain;
mod error;
mod message;

#[cfg(test)]
mod tests;

pub use document::{MAX_DOCUMENT, TypedData};
pub use domain::{Domain, Reach};
pub use error::InvalidDocument;
