//! Who may do what: principals and the keys and secrets by which they are known.

mod admin_key;
mod permission;
mod principal;
mod webhook_secrets;

pub use admin_key::{AdminKey, PREFIX as KEY_PREFIX};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use principal::{Actor, Principal};
pub use webhook_secrets::WebhookSecrets;
