//! Who may do what: principals, roles, and the keys and secrets by which they are known.

mod admin_key;
mod credential;
mod document;
mod key_text;
mod permission;
mod principal;
mod role;
mod webhook_secrets;

pub use admin_key::AdminKey;
pub use credential::Credential;
pub use document::document;
pub use key_text::{InvitationToken, KeyHash, PREFIX as KEY_PREFIX};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use principal::{Actor, Principal};
pub use role::{Role, RoleRef, UnknownRole};
pub use webhook_secrets::WebhookSecrets;
