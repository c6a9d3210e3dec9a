//! Keys in AWS KMS: made there, and never out of it. It signs digests, and sees nothing of what
//! they stand for.

mod backend;
mod client;
mod config;
mod public_key;
mod sigv4;
mod wire;

pub use backend::Kms;
pub use config::KmsConfig;
