//! Who may do what: principals and the keys and secrets by which they are known.

mod admin_key;
mod principal;
mod webhook_secrets;

pub use admin_key::{AdminKey, PREFIX as KEY_PREFIX};
pub use principal::{Kind, Principal};
pub use webhook_secrets::WebhookSecrets;
