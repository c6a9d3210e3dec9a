//! Keys at Turnkey: a provider that signs in enclaves, sees whole transactions, and may ask people.
//!
//! Each organization has a sub-organization of its own there, and each key is a private key in it.
//! An order that is given again is the same text, which Turnkey knows for the same activity.

mod activity;
mod backend;
mod client;
mod config;
mod places;
mod stamp;
mod wire;

pub use backend::Turnkey;
pub use config::TurnkeyConfig;
pub use stamp::InvalidApiKey;
